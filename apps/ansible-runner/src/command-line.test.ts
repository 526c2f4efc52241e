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

  it.each(['run', 'start', 'stop', 'is-alive', 'transmit'])(
    '%s takes every option of a job',
    (sub) => {
      const line = parse(
        `${sub} d -r web --hosts h --role-skip-facts --limit l --forks 3 --rotate-artifacts 2 -j -q --omit-env-files ` +
          '--container-image i --container-volume-mount a:b --container-volume-mount c:d --container-option=--x --debug',
      );
      expect(line.options).toMatchObject({
        role: 'web',
        forks: 3,
        containerVolumeMount: ['a:b', 'c:d'],
        containerOption: ['--x'],
      });
    },
  );

  it('stop and is-alive need no job', () => {
    expect(parse('stop d')).toMatchObject({ subcommand: 'stop', privateDataDir: 'd' });
    expect(parse('is-alive d').options).toEqual({ verbose: 0 });
  });

  it('adhoc and playbook leave what follows them to Ansible', () => {
    expect(parse('-q adhoc all -m ping -i h, -v')).toEqual({
      subcommand: 'adhoc',
      options: { quiet: true, verbose: 0 },
      words: ['all', '-m', 'ping', '-i', 'h,', '-v'],
    });
    expect(parse('playbook -- --help').words).toEqual(['--help']);
    expect(parse('run d -m playbook --hosts adhoc')).toMatchObject({
      subcommand: 'run',
      words: [],
    });
  });

  it('worker cleanup takes its options', () => {
    expect(
      parse(
        'worker cleanup --file-pattern /t/x* --exclude-strings a b --grace-period 0 --image-prune',
      ),
    ).toMatchObject({
      subcommand: 'worker cleanup',
      options: {
        filePattern: '/t/x*',
        excludeStrings: ['a', 'b'],
        gracePeriod: 0,
        imagePrune: true,
      },
    });
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
    ['is-alive', 2, /needs a private_data_dir/],
    ['run d', 1, /^The -p option must be specified when not using -m or -r$/],
    ['run d -p x --hosts all', 1, /^The --hosts option can only be used with -m or -r$/],
    ['run d -p x -m y', 2, /exclude each other/],
    ['run -p x', 2, /needs a private_data_dir/],
    ['run d -p x --wrong', 2, /unknown option '--wrong'/],
    ['run d -p x --forks many', 2, /forks.*whole number/],
    ['run d e -p x', 2, /too many arguments/],
    ['run d -p x -r y', 2, /exclude each other/],
    ['transmit d -p x --process-isolation', 2, /--process-isolation does not belong to transmit/],
    ['worker --image-prune', 2, /worker cleanup do not belong to worker/],
    ['adhoc', 2, /adhoc needs what Ansible shall do/],
    ['--forks 3 playbook site.yml', 2, /--forks does not belong to playbook: give Ansible's own/],
    ['run d -p x --worker-info', 2, /--worker-info does not belong to run/],
    ['process d -p x', 2, /--playbook does not belong to process/],
    ['worker d', 2, /--private-data-dir/],
  ])('%j ends with %i and one clear sentence', (line, exitCode, message) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({ exitCode, message: expect.stringMatching(message) as string }),
    );
  });
});
