import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** The first of `names` that is an executable file in a folder of `path`, names tried in order. */
export async function findExecutable(
  names: readonly string[],
  path: string,
): Promise<string | undefined> {
  for (const name of names)
    for (const folder of path.split(delimiter))
      if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name);
  return undefined;
}

/** Resolves a command as a shell does: a name on `path`, anything with a `/` against `cwd`. */
export async function resolveCommand(
  command: string,
  path: string,
  cwd: string,
): Promise<string | undefined> {
  if (!command.includes('/')) return findExecutable([command], path);
  const file = isAbsolute(command) ? command : resolve(cwd, command);
  return (await isExecutable(file)) ? file : undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
