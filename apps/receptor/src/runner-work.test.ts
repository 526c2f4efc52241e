import { goShlex, splitShellWords } from '@receptorjs/primitives';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configure, type Action } from '@receptorjs/receptor-config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withRunnerWork } from './runner-work.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runner work '));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keepAlive = ['worker', '--keepalive-seconds', '15'];
const store = `/var/lib/mesh/.ansible-runner-files-${process.getuid?.() ?? 0}`;

const actionsOf = (...words: string[]): readonly Action[] => {
  const configuration = configure([
    '--node',
    'id=far',
    'datadir=/var/lib/mesh',
    '--local-only',
    '--control-service',
    ...words,
  ]);
  return configuration.help ? [] : configuration.actions;
};
const workOf = (actions: readonly Action[]) =>
  withRunnerWork(actions, {
    executable: join(folder, 'bin', 'receptor'),
    module: pathToFileURL(join(folder, 'lib/node_modules/@receptorjs/receptor/dist/cli.js')).href,
  });
const offered = (actions: readonly Action[]) =>
  workOf(actions).actions.flatMap((each) =>
    each.action === 'work-command'
      ? [{ ...each.fields, params: splitShellWords(each.fields.params ?? '', goShlex) }]
      : [],
  );
const program = (path: string) => {
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
};

it('offers nothing where ansible-runner is not installed', () => {
  writeFileSync(join(folder, 'bin', 'ansible-runner'), 'not executable');
  expect(offered(actionsOf())).toEqual([]);
});

it('offers the ansible-runner in the folder of the executable, with keep-alives, and no more of it than any runner knows', () => {
  program(join(folder, 'bin', 'ansible-runner'));
  expect(offered(actionsOf())).toEqual([
    {
      worktype: 'ansible-runner',
      command: join(folder, 'bin', 'ansible-runner'),
      params: keepAlive,
      allowruntimeparams: false,
      verifysignature: false,
      maxqueued: 10_000,
      maxstdout: 65_536,
    },
  ]);
});

it('runs code for Node by the Node that runs the daemon, with a store of files, also in folders with spaces', () => {
  program(join(folder, 'cli.js'));
  symlinkSync('../cli.js', join(folder, 'bin', 'ansible-runner'));
  expect(offered(actionsOf())).toMatchObject([
    {
      command: process.execPath,
      params: [join(folder, 'bin', 'ansible-runner'), ...keepAlive, '--blob-store', store],
    },
  ]);
});

it('offers the package that npm has installed beside that of the daemon', () => {
  const runner = join(folder, 'lib/node_modules/@receptorjs/ansible-runner');
  mkdirSync(join(runner, 'dist'), { recursive: true });
  writeFileSync(join(runner, 'dist/cli.js'), '');
  writeFileSync(join(runner, 'package.json'), '{"bin": {"ansible-runner": "./dist/cli.js"}}');
  expect(offered(actionsOf())).toMatchObject([
    {
      command: process.execPath,
      params: [join(runner, 'dist/cli.js'), ...keepAlive, '--blob-store', store],
    },
  ]);
});

it('leaves the name to a work-command that has it', () => {
  program(join(folder, 'bin', 'ansible-runner'));
  const own = actionsOf('--work-command', 'worktype=ansible-runner', 'command=mine');
  expect(offered(own)).toMatchObject([{ command: 'mine' }]);
});

it('can be told not to offer it', () => {
  program(join(folder, 'bin', 'ansible-runner'));
  expect(offered(actionsOf('--work-runner', 'offer=no'))).toEqual([]);
  expect(offered(actionsOf('--work-runner', 'no'))).toEqual([]);
  expect(offered(actionsOf('--work-runner', 'offer=yes'))).toHaveLength(1);
});

it('runs as many at once as work-runner says', () => {
  program(join(folder, 'bin', 'ansible-runner'));
  const some = actionsOf(
    '--work-runner',
    'offer=yes',
    'maxrunning=3',
    'maxqueued=20',
    'maxstdout=9',
  );
  expect(offered(some)).toMatchObject([{ maxrunning: 3, maxqueued: 20, maxstdout: 9 }]);
});

describe('on a listener that everybody reaches', () => {
  beforeEach(() => program(join(folder, 'bin', 'ansible-runner')));
  const open = ['--tcp-listener', 'port=2222', 'bindaddr=0.0.0.0'];
  const signatures = ['--work-verification', 'publickey=key.pem'];

  it('is not offered without being asked for, and says why and what to write', () => {
    const { notice } = workOf(actionsOf(...open));
    expect(offered(actionsOf(...open))).toEqual([]);
    expect(notice?.level).toBe('warning');
    expect(notice?.text).toContain('tcp-listener 0.0.0.0:2222');
    expect(notice?.text).toContain('work-runner: {offer: true}');
  });

  it('is offered when asked for', () => {
    const asked = actionsOf(...open, '--work-runner', 'yes');
    expect(offered(asked)).toMatchObject([{ verifysignature: false }]);
    expect(workOf(asked).notice?.level).toBe('info');
  });

  it('takes signed work alone once signatures are verified, asked for or not', () => {
    for (const words of [[], ['--work-runner', 'yes']]) {
      const actions = actionsOf(...open, ...signatures, ...words);
      expect(offered(actions)).toMatchObject([{ verifysignature: true }]);
      expect(workOf(actions).notice).toMatchObject({
        level: 'info',
        text: expect.stringContaining('for signed work alone') as string,
      });
    }
  });

  it('says nothing when told not to offer it, or when another work type has the name', () => {
    const own = ['--work-command', 'worktype=ansible-runner', 'command=mine'];
    for (const words of [['--work-runner', 'no'], own]) {
      expect(workOf(actionsOf(...open, ...words)).notice).toBeUndefined();
    }
  });
});

it('is neither offered nor spoken of where there is no control service to submit by', () => {
  program(join(folder, 'bin', 'ansible-runner'));
  const actions = actionsOf().filter(({ action }) => action !== 'control-service');
  expect(workOf(actions)).toEqual({ actions });
});

it('says that it is asked for and not installed', () => {
  expect(workOf(actionsOf('--work-runner', 'yes')).notice).toMatchObject({
    level: 'warning',
    text: expect.stringContaining('not installed beside receptor') as string,
  });
  expect(workOf(actionsOf()).notice).toBeUndefined();
});
