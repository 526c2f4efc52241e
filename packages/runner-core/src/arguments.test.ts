import { expect, it } from 'vitest';
import { run, runAsync, runEvents } from './index.js';
import { runCommandLine } from './internal.js';

const dir = { privateDataDir: '/nonexistent', playbook: 'site.yml' };

/** Options as callers in plain JavaScript pass them, and what is said of them. */
const wrong: [said: string, options: unknown][] = [
  ['takes an object of options, not undefined', undefined],
  [
    "there is no option 'private_data_dir'; did you mean 'privateDataDir'?",
    { private_data_dir: 'x' },
  ],
  [
    "option 'privateDataDir' takes text, not an instance of URL",
    { privateDataDir: new URL('file:///x') },
  ],
  ["option 'cmdline' takes text, not a list", { ...dir, cmdline: ['--check'] }],
  ["option 'ident' takes text, not a number", { ...dir, ident: 5 }],
  ["option 'forks' takes a whole number of at least 0, not text", { ...dir, forks: '5' }],
  [
    "option 'passwords.^SUDO' takes text, or a number, not a list",
    { ...dir, passwords: { '^SUDO': ['hunter2'] } },
  ],
  ["option 'onEvent' takes a function, not a mapping", { ...dir, onEvent: {} }],
  [
    "option 'plugins[0]' takes an event plugin (an object with open), not text",
    { ...dir, plugins: ['http'] },
  ],
  ["there is no option 'extraVars'; did you mean 'extravars'?", { ...dir, extraVars: {} }],
];

it.each(wrong)('%s', async (said, options) => {
  const about = (name: string) =>
    expect.objectContaining({
      code: 'configuration',
      message: options === undefined ? `${name} ${said}` : `${name}: ${said}`,
    }) as unknown;
  await expect(run(options as never)).rejects.toEqual(about('run'));
  expect(() => runAsync(options as never)).toThrow(about('runAsync'));
  expect(() => runEvents(options as never)).toThrow(about('runEvents'));
});

it('a command has options of its own', async () => {
  const options = { privateDataDir: '/nonexistent', command: ['ls'], playbook: 'site.yml' };
  await expect(runCommandLine(options as never)).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining("runCommandLine: there is no option 'playbook'") as unknown,
  });
});
