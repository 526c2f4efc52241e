import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { KNOWN_PLUGINS, missingAmong } from './installed-plugins.js';

it.each(KNOWN_PLUGINS)(
  'knows the settings of $name as its manifest announces them',
  async (known) => {
    const folder = known.package.replace('@receptorjs/', '');
    const file = new URL(`../../../packages/${folder}/package.json`, import.meta.url);
    const manifest = JSON.parse(await readFile(file, 'utf8')) as {
      name: string;
      ansibleRunnerPlugin: unknown;
    };
    expect(manifest).toMatchObject({
      name: known.package,
      ansibleRunnerPlugin: { name: known.name, settings: known.settings },
    });
  },
);

it('warns of an address for which no plugin is there', async () => {
  const warnings: string[] = [];
  const context = {
    ident: 'r',
    settings: { runner_http_url: 'http://x', runner_http_headers: { a: 'b' }, mine: 1 },
    env: { RUNNER_SOCKET_URL: 'tcp://y:1' },
    artifactDir: '/none/r',
    artifactRoot: '/none',
    warn: (sentence: string) => void warnings.push(sentence),
  };
  const http = { name: 'http', open: () => Promise.resolve(undefined) };
  const missing = missingAmong([http]);
  expect(missing.map(({ name }) => name)).toEqual(['zmq', 'mqtt']);
  const sinks = await Promise.all(missing.map((plugin) => plugin.open(context)));
  expect(sinks).toEqual([undefined, undefined]);
  expect(warnings).toEqual([
    'runner_socket_url has no effect: the event plugin zmq is not installed; install @receptorjs/runner-events-zmq beside the runner.',
  ]);
});
