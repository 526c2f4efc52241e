import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command-line.js';

const parse = (line: string, environment: Record<string, string> = {}) =>
  parseCommandLine(line.split(' ').filter(Boolean), environment, '1.2.3');

describe('the command line', () => {
  it('runner 27: means the same with options before and after the subcommand', () => {
    const after = parse('run jp/ -p one.yml -i X -q');
    expect(after).toMatchObject({
      subcommand: 'run',
      privateDataDir: 'jp/',
      options: { playbook: 'one.yml', ident: 'X', quiet: true },
    });
    expect(parse('-i X -q -p one.yml run jp/')).toEqual(after);
    expect(parse('-i X run -q jp/ -p one.yml')).toEqual(after);
  });

  it('counts v, and takes values that begin with a dash', () => {
    expect(parse('run d -p x -vvv -v').options.verbose).toBe(4);
    expect(
      parseCommandLine(['run', 'd', '-p', 'x', '--cmdline', '--tags foo'], {}, '1').options.cmdline,
    ).toBe('--tags foo');
  });

  it('takes defaults from the environment', () => {
    expect(
      parse('run d', { RUNNER_PLAYBOOK: 'e.yml', ANSIBLE_ROLES_PATH: '/r' }).options,
    ).toMatchObject({
      playbook: 'e.yml',
      rolesPath: '/r',
    });
    expect(parse('run d -p x', { RUNNER_MODULE: 'ping' }).options.module).toBeUndefined();
    expect(
      parse('worker', { ANSIBLE_RUNNER_KEEPALIVE_SECONDS: '7' }).options.keepaliveSeconds,
    ).toBe(7);
  });

  it.each([
    ['', 2, /No subcommand/],
    ['dance d', 2, /Unknown subcommand dance/],
    ['start d -p x', 2, /start is not supported/],
    ['run d', 1, /^The -p option must be specified when not using -m or -r$/],
    ['run d -p x --hosts all', 1, /^The --hosts option can only be used with -m or -r$/],
    ['run d -p x -m y', 2, /exclude each other/],
    ['run -p x', 2, /needs a private_data_dir/],
    ['run d -p x --wrong', 2, /unknown option '--wrong'/],
    ['run d -p x --forks many', 2, /forks.*whole number/],
    ['run d e -p x', 2, /too many arguments/],
    ['run d -r role', 2, /--role is not supported/],
    ['--debug run d -p x', 2, /--debug is not supported/],
    ['run d -p x --logfile f', 2, /--logfile is not supported/],
    ['run d -p x --process-isolation', 2, /--process-isolation is not supported/],
    ['run d -p x --via-receptor n1', 2, /--via-receptor is not supported/],
    ['run d -p x --worker-info', 2, /--worker-info does not belong to run/],
    ['process d -p x', 2, /--playbook does not belong to process/],
    ['worker d', 2, /--private-data-dir/],
    ['worker cleanup', 2, /worker cleanup is not supported/],
  ])('%j ends with %i and one clear sentence', (line, exitCode, message) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({ exitCode, message: expect.stringMatching(message) as string }),
    );
  });
});
