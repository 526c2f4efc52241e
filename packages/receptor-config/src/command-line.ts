import { ConfigError } from './errors.js';
import type { Item } from './items.js';

/** What a command line asks for: help, or actions with configuration files standing among them. */
export type CommandLine =
  | { readonly help: true }
  | { readonly help: false; readonly parts: readonly (Item | { readonly file: string })[] };

interface Draft {
  action: string;
  entries: [string, unknown][];
  bare?: string;
}

/**
 * Reads `--action key=value ...` (control-and-work reference, section 5.1): one or two dashes, names of actions and
 * keys in any case, `--config FILE` and `-c FILE` among other actions, `--help` or `-h` anywhere,
 * and no arguments at all meaning help.
 *
 * @throws ConfigError `config-usage` for a parameter before any action or `--config` without a file
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  if (args.length === 0 || args.some((arg) => /^--?(help|h)$/i.test(arg))) return { help: true };
  const parts: (Item | { file: string })[] = [];
  let draft: Draft | undefined;
  const finish = (): void => {
    if (draft) parts.push({ ...draft, origin: 'command line' });
    draft = undefined;
  };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const name = /^--?([^-].*)$/.exec(arg)?.[1]?.toLowerCase();
    if (name === 'config' || name === 'c') {
      finish();
      at += 1;
      const file = args[at];
      if (file === undefined) throw new ConfigError('config-usage', `${arg} requires a file name`);
      parts.push({ file });
    } else if (name !== undefined && (draft === undefined || !isValue(arg))) {
      finish();
      draft = { action: name, entries: [] };
    } else if (draft === undefined) {
      throw new ConfigError(
        'config-usage',
        `command error: parameter specified before command: ${arg} (start with an action such as --node)`,
      );
    } else {
      addParameter(draft, arg);
    }
  }
  finish();
  return { help: false, parts };
}

/** A negative number is a value, anything else that starts with a dash is an action. */
const isValue = (arg: string): boolean => /^-\d/.test(arg);

function addParameter(draft: Draft, arg: string): void {
  const equals = arg.indexOf('=');
  if (equals > 0) draft.entries.push([arg.slice(0, equals).toLowerCase(), arg.slice(equals + 1)]);
  else if (draft.bare === undefined) draft.bare = arg;
  else {
    throw new ConfigError(
      'config-bare-value',
      `error in --${draft.action}: more than one value without a key: ${draft.bare}, ${arg} (write key=value)`,
    );
  }
}
