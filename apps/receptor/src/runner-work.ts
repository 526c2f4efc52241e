import { quoteShellWord } from '@receptorjs/primitives';
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fieldsOf, type Action } from '@receptorjs/receptor-config';
import { defaultDataDir } from '@receptorjs/workceptor';
import { unauthenticatedSubmitters } from './checks/unauthenticated.js';

/** The type of work that jobs of ansible-runner are submitted as. */
const WORK_TYPE = 'ansible-runner';

/** Seconds of silence after which the worker says that it is still there. */
const KEEPALIVE_SECONDS = 15;

/** Folder below that of the units where the worker keeps files of jobs that come by their contents; one for each user. */
const STORE = `.ansible-runner-files-${process.getuid?.() ?? 0}`;

/** Where this daemon lies. */
export interface Installation {
  /** Path it was started by. */
  readonly executable: string;
  /** URL of its own bundle, `dist/cli.js` in its package. */
  readonly module: string;
}

/** What the operator should know of what is offered. */
export interface Notice {
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** What a node does about jobs of ansible-runner. */
export interface RunnerWork {
  /** The actions of the configuration, and with them the work-command for those jobs where they are offered. */
  readonly actions: readonly Action[];
  /** What the operator should know; nothing where the configuration has decided or nothing is installed. */
  readonly notice?: Notice;
}

/**
 * Adds the work-command for ansible-runner where that is installed beside this daemon: in the folder of its executable, or as
 * the package beside its own.
 *
 * It is offered when the action work-runner says so. Without one it is offered only while every client from elsewhere that can
 * submit work needs a certificate ({@link unauthenticatedSubmitters}); once signatures are verified on this node, it takes signed
 * work alone. Nothing is added when a work type has that name already, or when there is no control service to submit by.
 *
 * See docs/decisions/0070-offering-ansible-runner.md
 * and docs/decisions/0078-offering-to-authenticated-peers.md.
 */
export function withRunnerWork(actions: readonly Action[], installation: Installation): RunnerWork {
  const wanted = wish(actions);
  if (wanted === 'no' || actions.some(hasItsName) || !takesWork(actions)) return { actions };
  const runner = findRunner(installation);
  if (runner === undefined)
    return wanted === 'yes' ? { actions, notice: notInstalled } : { actions };
  const verifysignature = actions.some(({ action }) => action === 'work-verification');
  const doors = wanted === 'yes' || verifysignature ? [] : unauthenticatedSubmitters(actions);
  if (doors.length > 0) return { actions, notice: withheld(doors) };
  const offer: Action = {
    action: 'work-command',
    fields: {
      worktype: WORK_TYPE,
      command: runner.command,
      params: [...runner.params, ...workerParams(runner, actions)].map(quoteShellWord).join(' '),
      allowruntimeparams: false,
      verifysignature,
      ...limitsOf(actions),
    },
    origin: 'command line',
  };
  return { actions: [...actions, offer], notice: verifysignature ? offeredSigned : offered };
}

/** Whether the configuration asks for the offer, forbids it, or leaves it to this node. */
function wish(actions: readonly Action[]): 'yes' | 'no' | undefined {
  const [runner] = fieldsOf(actions, 'work-runner');
  if (runner === undefined) return undefined;
  return runner.offer ? 'yes' : 'no';
}

/** How many of its units there may be at once, and how much they may write. */
function limitsOf(actions: readonly Action[]): {
  maxrunning: number | undefined;
  maxqueued: number;
  maxstdout: number;
} {
  const [runner] = fieldsOf(actions, 'work-runner');
  const { maxrunning, maxqueued = 10_000, maxstdout = 65_536 } = runner ?? {};
  return { maxrunning, maxqueued, maxstdout };
}

const takesWork = (actions: readonly Action[]): boolean =>
  actions.some(({ action }) => action === 'control-service');

const notInstalled: Notice = {
  level: 'warning',
  text: 'work-runner asks for ansible-runner to be offered, and it is not installed beside receptor',
};

const offered: Notice = {
  level: 'info',
  text: 'Offering ansible-runner, which is installed beside receptor, as a type of work (work-runner: {offer: false} turns it off)',
};

const offeredSigned: Notice = {
  level: 'info',
  text: 'Offering ansible-runner, which is installed beside receptor, as a type of work for signed work alone (work-runner: {offer: false} turns it off)',
};

const withheld = (doors: readonly string[]): Notice => ({
  level: 'warning',
  text: `Not offering ansible-runner, which is installed beside receptor: anybody could have it run commands here, because ${doors.join('; ')} (work-runner: {offer: true} offers it all the same, {offer: false} ends this warning)`,
});

function hasItsName(action: Action): boolean {
  return 'worktype' in action.fields && action.fields.worktype === WORK_TYPE;
}

/** A command that starts ansible-runner. */
interface Runner {
  readonly command: string;
  readonly params: readonly string[];
  /** Whether it is known to be that of this project. */
  readonly ours: boolean;
}

function workerParams({ ours }: Runner, actions: readonly Action[]): string[] {
  const params = ['worker', '--keepalive-seconds', String(KEEPALIVE_SECONDS)];
  if (!ours) return params;
  const datadir = fieldsOf(actions, 'node')[0]?.datadir ?? '';
  return [...params, '--blob-store', resolve(datadir === '' ? defaultDataDir() : datadir, STORE)];
}

/** The ansible-runner beside the daemon, if there is one. Code for Node is run by the Node that runs the daemon. */
function findRunner({ executable, module }: Installation): Runner | undefined {
  const beside = join(dirname(executable), 'ansible-runner');
  if (isExecutable(beside)) {
    const isModule = /\.[cm]?js$/.test(realpathSync(beside));
    return isModule
      ? { command: process.execPath, params: [beside], ours: true }
      : { command: beside, params: [], ours: false };
  }
  try {
    const manifest = fileURLToPath(new URL('../../ansible-runner/package.json', module));
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
    const cli = join(dirname(manifest), bin[WORK_TYPE] ?? '');
    if (!statSync(cli).isFile()) return undefined;
    return { command: process.execPath, params: [cli], ours: true };
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
