import { describe, expect, it } from 'vitest';
import { OPTIONS, optionNames, SUBCOMMANDS } from './command-line-options.js';
import { parseCommandLine } from './command-line.js';
import { Answered } from './usage.js';

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
    expect(parse('-v --container-option a run -vv --container-option b d -p x').options).toEqual({
      playbook: 'x',
      verbose: 3,
      containerOption: ['a', 'b'],
    });
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
    for (const verb of ['adhoc', 'playbook'])
      for (const own of ['--private-data-dir D', '--private-data-dir=D'])
        expect(parse(`${verb} ${own} all --private-data-dir x`)).toMatchObject({
          options: { privateDataDir: 'D' },
          words: ['all', '--private-data-dir', 'x'],
        });
    expect(parse('adhoc -- --private-data-dir D').words).toEqual(['--private-data-dir', 'D']);
    // they could be short for several of our own
    expect(parse('adhoc all --c x').words).toEqual(['all', '--c', 'x']);
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

  it('takes names that are shortened', () => {
    expect(parse('run d --playb x --container-im i').options).toMatchObject({
      playbook: 'x',
      containerImage: 'i',
    });
  });

  it.each([
    ['', 2, /^the following arguments are required: command$/],
    ['dance d', 2, /^argument command: invalid choice: 'dance' \(choose from 'run', 'start'/],
    ['rnu d', 2, /maybe you meant 'run'/],
    ['is-alive', 2, /^the following arguments are required: private_data_dir$/],
    ['run d', 1, /^The -p option must be specified when not using -m or -r$/],
    ['run d -p x --hosts all', 1, /^The --hosts option can only be used with -m or -r$/],
    ['run d -p x -m y', 2, /^argument -m\/--module: not allowed with argument -p\/--playbook$/],
    ['-p x run d -m y', 2, /exclude each other/],
    ['run -p x', 2, /^the following arguments are required: private_data_dir$/],
    ['run d -p', 2, /^argument -p\/--playbook: expected one argument$/],
    ['run d -p x --wrong', 2, /^unrecognized arguments: --wrong$/],
    ['run d -p x --forks many', 2, /^argument --forks: invalid int value: 'many'$/],
    ['run d -p x --forks -1', 2, /^argument --forks: invalid int value: '-1'$/],
    ['run d -p x --container i', 2, /^ambiguous option: --container could match --container-image/],
    [
      'run d --plabyook=x',
      2,
      /^unrecognized arguments: --plabyook=x \(maybe you meant --playbook\)$/,
    ],
    ['run d e -p x', 2, /^unrecognized arguments: e$/],
    ['run d -p x -r y', 2, /not allowed with argument/],
    ['transmit d -p x --process-isolation', 2, /^unrecognized arguments: --process-isolation$/],
    ['--process-isolation transmit d -p x', 2, /--process-isolation: not allowed with transmit$/],
    ['worker --image-prune', 2, /^unrecognized arguments: --image-prune$/],
    ['adhoc --private-data-dir', 2, /^argument --private-data-dir: expected one argument$/],
    ['adhoc --private-data-dir D', 2, /^the following arguments are required: arguments$/],
    ['adhoc', 2, /^the following arguments are required: arguments$/],
    ['--forks 3 playbook site.yml', 2, /^argument --forks: not allowed with playbook$/],
    ['run d -p x --worker-info', 2, /^unrecognized arguments: --worker-info$/],
    ['process d -p x', 2, /^unrecognized arguments: -p x$/],
    ['-v worker', 2, /^argument -v\/--verbose: not allowed with worker$/],
    ['worker d', 2, /^argument worker_subcommand: invalid choice: 'd'/],
    ['run d -p x --receptor-peer y', 2, /^argument --receptor-peer: not allowed without/],
  ])('%j ends with %i and says what argparse says', (line, exitCode, message) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({ exitCode, message: expect.stringMatching(message) as string }),
    );
  });

  it('shows the usage of the subcommand before what is wrong with it', () => {
    expect(shown('process')).toBe(
      'usage: ansible-runner process [-h] [--version] [--debug] [--logfile FILE]\n' +
        '                              [-i IDENT] [--artifact-dir DIR] [-j]\n' +
        '                              [--event-log] [-q] [--archive-max-bytes N]\n' +
        '                              [--archive-max-unpacked-bytes N]\n' +
        '                              [--archive-max-members N]\n' +
        '                              [--archive-max-ratio N]\n' +
        '                              [--archive-disk-reserve BYTES]\n' +
        '                              private_data_dir\n' +
        'ansible-runner process: error: the following arguments are required: private_data_dir\n',
    );
    expect(shown('run d')).toBe('The -p option must be specified when not using -m or -r\n');
  });
});

/** What is shown instead of a command line that can't be carried out. */
function shown(line: string): string {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof Answered) return error.text;
    if (error instanceof Error && 'shown' in error) return String(error.shown);
    throw error;
  }
  throw new Error(`${line} is fine`);
}

describe('help', () => {
  const commands = Object.keys(SUBCOMMANDS) as (keyof typeof SUBCOMMANDS)[];
  const rows = OPTIONS.flatMap((group) => group.rows);

  it('of the program lists the subcommands, and no option of theirs', () => {
    const help = shown('--help');
    for (const command of commands) expect(help).toMatch(new RegExp(`^ {4}${command} `, 'm'));
    expect(help).not.toContain('--playbook');
  });

  it.each([...commands, 'worker cleanup' as const])('of %s has its own options alone', (scope) => {
    const help = shown(`${scope} --help`).replaceAll(/\s+/g, ' ');
    expect(help).toMatch(new RegExp(`^usage: ansible-runner ${scope} `));
    const own = rows.filter(({ of }) => of === undefined || of.includes(scope));
    const names = own.flatMap((row) => optionNames(row).names);
    for (const row of rows)
      for (const name of optionNames(row).names)
        expect([name, new RegExp(`[ [|]${name}[\\],| ]`).test(help)]).toEqual([
          name,
          names.includes(name),
        ]);
  });
});
