import { expect, it } from 'vitest';
import { missingPlugin } from './missing-plugin.js';

const known = {
  name: 'log',
  package: '@example/runner-events-log',
  settings: ['runner_log_url', 'runner_log_socket'],
};

it.each([
  [{ runner_log_url: 'http://x', mine: 1 }, {}, ['runner_log_url']],
  [{}, { RUNNER_LOG_SOCKET: 'tcp://y:1' }, ['runner_log_socket']],
  [{ runner_log_url: '', runner_log_headers: { a: 'b' } }, { RUNNER_LOG_SOCKET: '' }, []],
  // As with settings of plugins that are there, an empty variable wins.
  [{ runner_log_url: 'http://x' }, { RUNNER_LOG_URL: '' }, []],
])('warns of settings that ask for what is not installed: %o %o', async (settings, env, keys) => {
  const warnings: string[] = [];
  const sink = await missingPlugin(known).open({
    ident: 'r',
    settings,
    env,
    artifactDir: '/none/r',
    artifactRoot: '/none',
    warn: (sentence) => void warnings.push(sentence),
  });
  expect(sink).toBeUndefined();
  expect(warnings).toEqual(
    keys.map(
      (key) =>
        `${key} has no effect: the event plugin log is not installed; install @example/runner-events-log beside the runner.`,
    ),
  );
});
