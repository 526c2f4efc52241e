import { assert, constantFrom, array, property } from 'fast-check';
import { expect, it } from 'vitest';
import { OPTIONS, optionNames, SUBCOMMANDS } from './command-line-options.js';
import { parseCommandLine } from './command-line.js';
import { plainCommandLine } from './plain-command-line.js';

/** What a reading gives, or what it throws. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return { thrown: String(error) };
  }
}

it('reads what most callers write', () => {
  const words = ['run', 'demo', '-p', 'site.yml', '--ident=a=b', '--forks', '7', '-v', '-v', '-q'];
  expect(plainCommandLine(words, {})).toEqual({
    subcommand: 'run',
    privateDataDir: 'demo',
    words: [],
    options: { playbook: 'site.yml', ident: 'a=b', forks: 7, verbose: 2, quiet: true },
  });
  expect(plainCommandLine(['worker', '--blob-store', 'b'], {})?.options).toEqual({
    verbose: 0,
    blobStore: 'b',
  });
});

it.each([
  'run demo',
  'run demo -p',
  'run demo -p a -m b',
  'run demo -p a --forks x',
  'run demo other -p a',
  'run -p a',
  'run demo -p a --idnt x',
  'run demo -p a --quiet=x',
  'run demo --playb a',
  'run demo -pa',
  'run demo -p a --receptor-peer x',
  'run --help',
  'worker cleanup',
  'adhoc all -m ping',
  '-p a run demo',
])('leaves %j to argparse', (line) => {
  const read = () => plainCommandLine(line.split(' '), {});
  expect(outcome(read) ?? 'left').toEqual(
    line === 'run demo'
      ? { thrown: 'UsageError: The -p option must be specified when not using -m or -r' }
      : 'left',
  );
});

it('reads a command line as argparse does, or not at all', () => {
  const names = OPTIONS.flatMap(({ rows }) => rows.flatMap((row) => optionNames(row).names));
  const values = ['demo', '7', '-1', '', 'a=b', '-x y', '--', '-', 'cleanup'];
  const more = ['-vv', '-pa', '--playb', '--ident=', '--ident=-x', '--forks=3', '--quiet=1'];
  const word = constantFrom(...names, ...names.map((name) => `${name}=a`), ...values, ...more);
  const usual = constantFrom(
    ...[
      ['-p', 'x'],
      ['demo'],
      ['--ident', '7'],
      ['-i', 'b'],
      ['-q'],
      ['-v'],
      ['--container-option', 'c'],
    ],
  );
  const command = constantFrom(...Object.keys(SUBCOMMANDS));
  const environment = { RUNNER_PLAYBOOK: 'e.yml', ANSIBLE_RUNNER_KEEPALIVE_SECONDS: '5' };
  let plain = 0;
  assert(
    property(command, array(usual, { maxLength: 6 }), array(word, { maxLength: 2 }), (...drawn) => {
      const [first, some, others] = drawn;
      const words = [first, ...some.flat(), ...others];
      const read = outcome(() => plainCommandLine(words, environment));
      if (read === undefined) return;
      plain += 1;
      expect(read).toEqual(outcome(() => parseCommandLine(words, environment, '1')));
    }),
    { numRuns: 3000, seed: 1 },
  );
  expect(plain).toBeGreaterThan(150);
});
