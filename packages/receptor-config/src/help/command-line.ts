import { mistake, throwing } from '../errors.js';
import type { Report } from '../errors.js';
import type { Item } from '../file/items.js';

/** What a command line wants done before anything of the configuration is. */
export type Request =
  'help' | 'bash-completion' | 'zsh-completion' | 'man-page' | 'check' | 'start';

/** A command line as written: actions with configuration files standing among them. */
export interface CommandLine {
  /** Every file is of the v2 form. */
  readonly v2: boolean;
  readonly parts: readonly (Item | { readonly file: string })[];
}

const requests = ['help', 'bash-completion', 'zsh-completion', 'man-page', 'check'] as const;

const requestIn = (arg: string): (typeof requests)[number] | undefined => {
  const name = /^--?([a-z-]+)$/i.exec(arg)?.[1]?.toLowerCase();
  return requests.find((each) => each === (name === 'h' ? 'help' : name));
};

/**
 * What a command line asks for: `--help` (or `-h`, or no arguments at all), `--bash-completion`,
 * `--zsh-completion`, `--man-page` or `--check`, wherever they stand; otherwise `start`. The first in this order counts.
 */
export function requestOf(args: readonly string[]): Request {
  if (args.length === 0) return 'help';
  const asked = new Set(args.map(requestIn));
  return requests.find((each) => asked.has(each)) ?? 'start';
}

interface Draft {
  action: string;
  entries: Item['entries'][number][];
  bare?: string;
}

/**
 * Reads `--action key=value ...`: one or two dashes, names of actions and
 * keys in any case, `--config FILE` and `-c FILE` among other actions. Words of {@link requestOf} are passed over.
 *
 * `--config-v2` anywhere says that files have the v2 form; then `--config=FILE` is taken too.
 *
 * @param report takes each mistake: a parameter before any action, `--config` without a file, two values without key
 * @throws {ConfigError} at the first mistake when there is no `report`
 */
export function parseCommandLine(args: readonly string[], report: Report = throwing): CommandLine {
  const v2 = args.some(isV2Switch);
  const words = args.filter((arg) => !isV2Switch(arg) && requestIn(arg) === undefined);
  const parts: (Item | { file: string })[] = [];
  let draft: Draft | undefined;
  const finish = (): void => {
    if (draft) parts.push({ ...draft, origin: 'command line' });
    draft = undefined;
  };
  const usage = (text: string, hint?: string): void => {
    report(mistake('config-usage', 'command line', hint === undefined ? { text } : { text, hint }));
  };
  for (let at = 0; at < words.length; at += 1) {
    const arg = words[at] ?? '';
    const name = /^--?([^-].*)$/s.exec(arg)?.[1]?.toLowerCase();
    const joined = v2 ? /^--config=(.+)$/is.exec(arg)?.[1] : undefined;
    if (name === 'config' || name === 'c' || joined !== undefined) {
      finish();
      const file = joined ?? words[(at += 1)];
      if (file === undefined || file === '') usage(`${arg} requires a file name`);
      else parts.push({ file });
    } else if (name !== undefined && (draft === undefined || !isValue(arg))) {
      finish();
      draft = { action: name, entries: [] };
    } else if (draft === undefined) {
      usage(`parameter specified before command: ${arg}`, 'start with an action such as --node');
    } else {
      addParameter(draft, arg, report);
    }
  }
  finish();
  return { v2, parts };
}

const isV2Switch = (arg: string): boolean => arg.toLowerCase() === '--config-v2';

/** A negative number is a value, anything else that starts with a dash is an action. */
const isValue = (arg: string): boolean => /^-\d/.test(arg);

function addParameter(draft: Draft, arg: string, report: Report): void {
  const equals = arg.indexOf('=');
  if (equals > 0) {
    draft.entries.push({
      key: arg.slice(0, equals).toLowerCase(),
      value: arg.slice(equals + 1),
      origin: 'command line',
    });
  } else if (draft.bare === undefined) draft.bare = arg;
  else {
    report(
      mistake('config-bare-value', 'command line', {
        text: `error in --${draft.action}: more than one value without a key: ${draft.bare}, ${arg}`,
        hint: 'write key=value',
      }),
    );
  }
}
