import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { arrayOf, optional, text, validateArgument, validateOptions } from '@receptorjs/validation';
import type { Action } from '../actions.js';
import { parseCommandLine, requestOf } from '../help/command-line.js';
import { configFiles, readConfigFile } from './config-file.js';
import { ConfigError, throwing } from '../errors.js';
import type { Report } from '../errors.js';
import type { Item } from './items.js';
import { limits } from './limits.js';
import { reported } from './list-form.js';
import { crossCheck } from '../checks/cross-checks.js';
import { validateItems } from '../checks/validate.js';

/** What a command line comes to. */
export type Configuration =
  { readonly help: true } | { readonly help: false; readonly actions: readonly Action[] };

/** What of the machine a configuration depends on. */
export interface ConfigurationContext {
  /** Node ID when none is configured; the machine's name when not given. */
  readonly hostname?: string;
  /** Folder of `receptor.yaml`, which `--config-v2` reads when there is no `--config`; that of the user when not given. */
  readonly home?: string;
}

/** Checks what callers without types pass. */
function validateWords(where: string, args: unknown, context: unknown): void {
  validateArgument(where, 'args', args, arrayOf(text));
  validateOptions<ConfigurationContext>(where, context, {
    hostname: optional(text),
    home: optional(text),
  });
}

/**
 * Reads a whole command line and the files it names. The order of actions is kept, those of a
 * file standing where `--config` stood; it may stand more than once and name folders, whose files that end in `.yml`, `.yaml` or `.conf` are read by name.
 *
 * @throws {ConfigError} at the first mistake; nothing but the named files has been read by then
 * @throws {TypeError} `invalid-argument` for arguments of the wrong kind
 */
export function configure(
  args: readonly string[],
  context: ConfigurationContext = {},
): Configuration {
  validateWords('configure', args, context);
  if (requestOf(args) === 'help') return { help: true };
  return { help: false, actions: readAll(args, context, throwing) };
}

/**
 * All mistakes of a command line and of the files it names, in the order in which they are found and at most
 * 1,000; none when {@link configure} would take it. {@link ConfigError.listing} gives each with its place.
 */
export function checkConfiguration(
  args: readonly string[],
  context: ConfigurationContext = {},
): ConfigError[] {
  validateWords('checkConfiguration', args, context);
  const mistakes: ConfigError[] = [];
  const enough = new Error('enough');
  try {
    readAll(args, context, (mistake) => {
      mistakes.push(mistake);
      if (mistakes.length >= limits.mistakes) throw enough;
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return mistakes;
}

function readAll(args: readonly string[], context: ConfigurationContext, report: Report): Action[] {
  const { v2, parts } = parseCommandLine(args, report);
  const named = parts.some((part) => 'file' in part);
  const all =
    v2 && !named ? [...parts, { file: join(context.home ?? homedir(), 'receptor.yaml') }] : parts;
  const sources = all.flatMap((part): (Item | { file: string })[] =>
    'file' in part
      ? reported(() => configFiles(part.file), report, []).map((file) => ({ file }))
      : [part],
  );
  if (sources.filter((source) => 'file' in source).length > limits.files) {
    report(
      new ConfigError(
        'config-usage',
        `error loading config file: more than ${limits.files} files (--config stands for too many)`,
      ),
    );
    return [];
  }
  const items = sources.flatMap((source): Item[] =>
    'file' in source
      ? reported(() => readConfigFile(source.file, { v2, report }), report, [])
      : [source],
  );
  const { actions, broken } = validateItems(items, report);
  crossCheck(actions, { hostname: context.hostname ?? hostname(), broken }, report);
  return actions;
}
