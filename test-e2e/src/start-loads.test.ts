import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

// What a start loads decides how long it takes; unlike the time it is the same on every machine.
let folder: string;
let recorder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'loads-')));
  recorder = join(folder, 'recorder.cjs');
  writeFileSync(
    recorder,
    `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADS, JSON.stringify(process.moduleLoadList)));`,
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const cliOf = (app: string): string => join(import.meta.dirname, `../../apps/${app}/dist/cli.js`);

/** The arguments of Node and the environment by which the public modules of Node that are loaded are noted. */
function noted(app: string, args: readonly string[]) {
  const file = join(folder, 'loads.json');
  const modules = (): string[] =>
    (JSON.parse(readFileSync(file, 'utf8')) as string[])
      .map((line) => /^NativeModule (?!internal\/)(.+)$/.exec(line)?.[1])
      .filter((name) => name !== undefined);
  return {
    words: ['--require', recorder, cliOf(app), ...args],
    env: { ...process.env, LOADS: file },
    modules,
  };
}

async function modulesOf(app: string, args: readonly string[]): Promise<string[]> {
  const { words, env, modules } = noted(app, args);
  await promisify(execFile)(process.execPath, words, { env });
  return modules();
}

/** The files that are loaded with an app's own, whatever it is asked for. */
function filesWith(app: string, name = 'cli.js', found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const source = readFileSync(join(cliOf(app), '..', name), 'utf8');
  for (const [, next = ''] of source.matchAll(/^(?:import|export)\b[^;]*?'\.\/([^']+)';/gm))
    filesWith(app, next, found);
  return found;
}

const costly = ['crypto', 'tls', 'https', 'http', 'child_process', 'process', 'worker_threads'];

it('receptorctl status loads three files, and no cryptography, TLS or processes', async () => {
  const socket = join(folder, 's');
  const node = noted('receptor', [
    ...['--node', 'id=near', `datadir=${folder}/data`, '--local-only'],
    ...['--control-service', 'service=control', `filename=${socket}`],
  ]);
  const daemon = spawn(process.execPath, node.words, { env: node.env, stdio: 'pipe' });
  try {
    let log = '';
    for await (const chunk of daemon.stdout) {
      log += String(chunk);
      if (log.includes('Initialization complete')) break;
    }
    const loaded = await modulesOf('receptorctl', ['--socket', socket, 'status']);
    expect(loaded).toContain('net');
    expect(loaded.filter((name) => [...costly, 'readline', 'fs/promises'].includes(name))).toEqual(
      [],
    );
    expect(filesWith('receptorctl').size).toBeLessThanOrEqual(3);
  } finally {
    daemon.kill('SIGTERM');
    if (daemon.exitCode === null) await once(daemon, 'exit');
  }
  // a node without TLS in its configuration
  const ofNode = node.modules();
  expect(ofNode).toContain('net');
  expect(ofNode.filter((name) => ['http', 'https', 'http2'].includes(name))).toEqual([]);
});

it.each([
  ['ansible-runner', ['--version'], [...costly, 'dgram', 'fs/promises']],
  ['receptor', ['--version'], costly],
  ['receptorctl', ['--version'], costly],
])('%s %j loads nothing that it does not use', async (app, args, unused) => {
  const loaded = await modulesOf(app, args);
  expect(loaded.filter((name) => unused.includes(name))).toEqual([]);
});
