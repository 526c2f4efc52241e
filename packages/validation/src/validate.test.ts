import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrayOf,
  callback,
  count,
  either,
  flag,
  instanceOf,
  mapping,
  mappingOf,
  oneOf,
  optional,
  text,
  withMethods,
  type OptionChecks,
} from './checks.js';
import { InvalidArgumentError, validateArgument, validateOptions } from './validate.js';

interface JobOptions {
  readonly privateDataDir: string;
  readonly forks?: number;
  readonly quiet?: boolean;
  readonly inventory?: string | readonly string[] | Readonly<Record<string, unknown>>;
  readonly passwords?: Readonly<Record<string, string>>;
  readonly mode?: 'fast' | 'slow';
  readonly onEvent?: () => void;
  readonly signal?: AbortSignal;
  readonly output?: { write(text: string): boolean };
}

const checks: OptionChecks<JobOptions> = {
  privateDataDir: text,
  forks: optional(count),
  quiet: optional(flag),
  inventory: optional(either(text, arrayOf(text), mapping)),
  passwords: optional(mappingOf(text)),
  mode: optional(oneOf('fast', 'slow')),
  onEvent: optional(callback),
  signal: optional(instanceOf(AbortSignal)),
  output: optional(withMethods('a stream', 'write')),
};

function problem(options: unknown): string {
  try {
    validateOptions<JobOptions>('run', options, checks);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toHaveProperty('code', 'invalid-argument');
    return (error as Error).message;
  }
  return '';
}

const dir = { privateDataDir: 'demo' };

describe('validateOptions', () => {
  it('takes what is right, also a class instance, an object without prototype, and undefined for an option left out', () => {
    class Kept implements JobOptions {
      readonly privateDataDir = 'demo';
    }
    expect(problem(new Kept())).toBe('');
    expect(
      problem({
        ...dir,
        forks: 5,
        quiet: undefined,
        inventory: Object.assign(Object.create(null) as object, { all: null }),
        passwords: { '^SUDO': 'x' },
        mode: 'fast',
        onEvent: () => undefined,
        signal: new AbortController().signal,
        output: process.stdout,
      }),
    ).toBe('');
  });

  it.each([
    [undefined, 'run takes an object of options, not undefined'],
    ['demo', 'run takes an object of options, not text'],
    [[], 'run takes an object of options, not a list'],
    [{}, "run: option 'privateDataDir' is missing; it takes text"],
    [{ privateDataDir: 5 }, "run: option 'privateDataDir' takes text, not a number"],
    [{ privateDataDir: null }, "run: option 'privateDataDir' takes text, not null"],
    [{ ...dir, forks: '5' }, "run: option 'forks' takes a whole number of at least 0, not text"],
    [
      { ...dir, forks: -1 },
      "run: option 'forks' takes a whole number of at least 0, not a negative number",
    ],
    [{ ...dir, quiet: 'yes' }, "run: option 'quiet' takes true or false, not text"],
    [{ ...dir, inventory: ['a', 5] }, "run: option 'inventory[1]' takes text, not a number"],
    [
      { ...dir, inventory: new Map() },
      "run: option 'inventory' takes text, or a list, each element text, or a mapping, not an instance of Map",
    ],
    [
      { ...dir, passwords: { '^SUDO': 5n } },
      "run: option 'passwords.^SUDO' takes text, not a bigint",
    ],
    [{ ...dir, mode: 'quick' }, "run: option 'mode' takes one of 'fast', 'slow', not text"],
    [{ ...dir, onEvent: {} }, "run: option 'onEvent' takes a function, not a mapping"],
    [
      { ...dir, signal: {} },
      "run: option 'signal' takes an instance of AbortSignal, not a mapping",
    ],
    [
      { ...dir, output: { end: 1 } },
      "run: option 'output' takes a stream (an object with write), not a mapping",
    ],
    [
      { private_data_dir: 'demo' },
      "run: there is no option 'private_data_dir'; did you mean 'privateDataDir'?",
    ],
    [{ ...dir, froks: 5 }, "run: there is no option 'froks'; did you mean 'forks'?"],
    [
      { ...dir, constructor: 1 },
      "run: there is no option 'constructor'; it takes privateDataDir, forks, quiet, inventory, passwords, mode, onEvent, signal, output",
    ],
  ])('case %#', (options, sentence) => {
    expect(problem(options)).toBe(sentence);
  });

  it('shows no value of an option', () => {
    const names = Object.keys(checks);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.uuid(), (name, secret) => {
        for (const value of [secret, [secret], { key: secret, [name]: [secret] }]) {
          expect(problem({ ...dir, [name]: value })).not.toContain(secret);
        }
      }),
    );
  });

  it('throws the error of the package that checks', () => {
    class JobError extends Error {}
    expect(() => {
      validateOptions<JobOptions>('run', {}, checks, (message) => new JobError(message));
    }).toThrow(JobError);
  });
});

describe('validateArgument', () => {
  it('names the argument', () => {
    expect(() => validateArgument('node.dial', 'nodeId', 5, text)).toThrow(
      "node.dial: argument 'nodeId' takes text, not a number",
    );
    expect(() => validateArgument('node.dial', 'nodeId', 'far', text)).not.toThrow();
    expect(() => validateArgument('node.dial', 'tls', undefined, optional(text))).not.toThrow();
  });
});
