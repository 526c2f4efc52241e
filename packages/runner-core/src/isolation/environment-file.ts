import { chmod, writeFile } from 'node:fs/promises';
import { ConfigurationError } from '../errors.js';
import { isSecretName } from '../secrets/shown-environment.js';

/** Longest value that stands in the file; engines read lines of at most 64 KiB. */
const MAX_VALUE = 16 * 1024;

/**
 * Writes the variables of a container as engines read them (`--env-file`): `NAME=value`, or `NAME` alone for what the
 * engine shall take from its own environment. Those are values of several lines, long ones, and secrets, so that the
 * file, which stays in the artifacts, holds none. 0600.
 *
 * @throws {ConfigurationError} for a name the format can't express.
 */
export async function writeEnvironmentFile(
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(env).map(([name, value]) => {
    if (!/^[^\s#*][^\s*]*$/.test(name))
      throw new ConfigurationError(
        `The environment variable ${JSON.stringify(name)} can't be passed to a container: ` +
          "its name must have no white space and no '*', and not begin with '#'.",
      );
    const plain = !/[\r\n]/.test(value) && value.length <= MAX_VALUE && !isSecretName(name);
    return plain ? `${name}=${value}` : name;
  });
  await writeFile(path, lines.join('\n'), { mode: 0o600 });
  // One of an earlier run with the same ident keeps its mode on writing.
  await chmod(path, 0o600);
}
