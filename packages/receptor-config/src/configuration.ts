import type { Action } from './actions.js';
import { parseCommandLine } from './command-line.js';
import { readConfigFile } from './config-file.js';
import type { Item } from './items.js';
import { validate } from './validate.js';

/** What a command line comes to. */
export type Configuration =
  { readonly help: true } | { readonly help: false; readonly actions: readonly Action[] };

/**
 * Reads a whole command line and the files it names. The order of actions is kept, those of a
 * file standing where `--config` stood.
 *
 * @throws ConfigError at the first mistake; nothing but the named files has been read by then
 */
export function configure(args: readonly string[]): Configuration {
  const line = parseCommandLine(args);
  if (line.help) return line;
  const items = line.parts.flatMap((part): Item[] =>
    'file' in part ? readConfigFile(part.file) : [part],
  );
  return { help: false, actions: validate(items) };
}
