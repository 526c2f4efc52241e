import { resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { parseMapping, readInput, type Mapping } from '../inputs/mapping-file.js';
import type { RunOptions } from '../inputs/run-options.js';
import { SecretMask } from './secret-mask.js';

/** What hides the values of secret variables, and what has to be said about it. */
export interface SecretVars {
  readonly mask?: SecretMask;
  readonly warnings: readonly string[];
}

/**
 * Finds the values of the variables that are to be hidden, wherever extra variables come from.
 *
 * @param names of variables
 * @param extravarsFile path of `env/extravars`, if there is one
 * @throws {ConfigurationError} when a value can't be known: it, or the file it may be in, is encrypted or no mapping.
 */
export async function findSecretVars(
  names: readonly string[],
  options: RunOptions,
  extravarsFile: string | undefined,
): Promise<SecretVars> {
  if (names.length === 0) return { warnings: [] };
  const sources: Mapping[] = [];
  if (extravarsFile !== undefined) sources.push(await readVars(extravarsFile));
  if (typeof options.extravars === 'string') sources.push(await readVars(options.extravars));
  else if (options.extravars) sources.push(options.extravars);
  if (options.roleVars) sources.push(options.roleVars);
  const values: unknown[] = [];
  const warnings: string[] = [];
  for (const name of new Set(names)) {
    const found = sources.filter((source) => Object.hasOwn(source, name)).map((one) => one[name]);
    if (isEncrypted(found))
      throw new ConfigurationError(
        `The secret variable ${name} is encrypted where it is set, so its value can't be found and hidden. ` +
          'Give it as an extra variable of the call, or do not name it among the secret ones.',
      );
    if (found.length === 0)
      warnings.push(`The secret variable ${name} is not set, so nothing is hidden.`);
    else if (SecretMask.of(found) === undefined)
      warnings.push(
        `The secret variable ${name} is too short to be hidden: it needs 4 characters.`,
      );
    for (const value of found) values.push(value);
  }
  const mask = SecretMask.of(values);
  return { warnings, ...(mask && { mask }) };
}

async function readVars(path: string): Promise<Mapping> {
  const text = await readInput(resolve(path));
  if (text === undefined) throw new ConfigurationError(`${path} can't be read: ENOENT.`);
  if (text.startsWith(VAULT))
    throw new ConfigurationError(
      `${path} is encrypted, so the values of secret variables can't be found and hidden. ` +
        'Give them as extra variables of the call, or name no secret variables.',
    );
  return parseMapping(text, path, true);
}

const VAULT = '$ANSIBLE_VAULT;';

function isEncrypted(value: unknown): boolean {
  if (typeof value === 'string') return value.trimStart().startsWith(VAULT);
  return typeof value === 'object' && value !== null && Object.values(value).some(isEncrypted);
}
