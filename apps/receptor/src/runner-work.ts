import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fieldsOf, type Action } from '@receptorjs/receptor-config';
import { quoteShellWord } from '@receptorjs/workceptor';

/** The type of work that jobs of ansible-runner are submitted as. */
const WORK_TYPE = 'ansible-runner';

/** Seconds of silence after which the worker says that it is still there. */
const KEEPALIVE_SECONDS = 15;

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
  const words = findRunner(installation);
  const [command, ...rest] = words ?? [];
  if (command === undefined) return actions;
  return [
    ...actions,
    {
      action: 'work-command',
      fields: {
        worktype: WORK_TYPE,
        command,
        params: [
          ...rest.map(quoteShellWord),
          `worker --keepalive-seconds ${KEEPALIVE_SECONDS}`,
        ].join(' '),
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

/** The words that start ansible-runner; `undefined` when it is not beside the daemon. */
function findRunner({ executable, module }: Installation): readonly string[] | undefined {
  const beside = join(dirname(executable), 'ansible-runner');
  if (isExecutable(beside)) {
    // Code for Node is run by the Node that runs this, which need not be on the PATH.
    return /\.[cm]?js$/.test(realpathSync(beside)) ? [process.execPath, beside] : [beside];
  }
  try {
    const manifest = fileURLToPath(new URL('../../ansible-runner/package.json', module));
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
    const cli = join(dirname(manifest), bin[WORK_TYPE] ?? '');
    return statSync(cli).isFile() ? [process.execPath, cli] : undefined;
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
