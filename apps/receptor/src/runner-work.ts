import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fieldsOf, type Action } from '@receptorjs/receptor-config';
import { DEFAULT_DATA_DIR } from './node-settings.js';
import { quoteShellWord } from '@receptorjs/workceptor';

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

/**
 * The actions, and with them the work-command for ansible-runner where that is installed beside this daemon: in the folder
 * of its executable, or as the package beside its own. Nothing is added when a work type has that name already, or when the
 * action work-runner says not to offer it.
 */
export function withRunnerWork(
  actions: readonly Action[],
  installation: Installation,
): readonly Action[] {
  if (fieldsOf(actions, 'work-runner').some(({ offer }) => !offer)) return actions;
  if (actions.some(hasItsName)) return actions;
  const runner = findRunner(installation);
  if (runner === undefined) return actions;
  return [
    ...actions,
    {
      action: 'work-command',
      fields: {
        worktype: WORK_TYPE,
        command: runner.command,
        params: [...runner.params, ...workerParams(runner, actions)].map(quoteShellWord).join(' '),
        allowruntimeparams: false,
        verifysignature: false,
      },
      origin: 'command line',
    },
  ];
}

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
  const [node] = fieldsOf(actions, 'node');
  return [...params, '--blob-store', resolve(node?.datadir ?? DEFAULT_DATA_DIR, STORE)];
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
