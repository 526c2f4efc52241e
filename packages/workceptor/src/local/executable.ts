import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { StartProblem } from './unit-end.js';

/**
 * Why a command can't be started, or `undefined` when it can: the texts are those of the original, such as
 * `exec: "x": executable file not found in $PATH` and `fork/exec /x: no such file or directory`.
 */
export function whyNotExecutable(
  command: string,
  searchPath = process.env['PATH'] ?? '',
): StartProblem | undefined {
  if (command.includes('/')) {
    const why = problemOf(command);
    const code = why === 'permission denied' ? 'permission-denied' : 'command-not-found';
    return why === undefined ? undefined : { code, text: `fork/exec ${command}: ${why}` };
  }
  const found = searchPath
    .split(delimiter)
    .some((folder) => problemOf(join(folder === '' ? '.' : folder, command)) === undefined);
  return found && command !== ''
    ? undefined
    : {
        code: 'command-not-found',
        text: `exec: ${JSON.stringify(command)}: executable file not found in $PATH`,
      };
}

function problemOf(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return 'permission denied';
    accessSync(path, constants.X_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
    if (code === 'ENOTDIR') return 'not a directory';
    return 'no such file or directory';
  }
}
