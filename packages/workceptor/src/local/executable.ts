import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { StartProblem } from './unit-end.js';

/** Bytes of a script in which Linux looks for its interpreter. */
const INTERPRETER_BYTES = 256;

/**
 * Why a command can't be started, or `undefined` when it can: the texts are those of the original, such as
 * `exec: "x": executable file not found in $PATH` and `fork/exec /x: no such file or directory`.
 */
export function whyNotExecutable(
  command: string,
  searchPath = process.env['PATH'] ?? '',
): StartProblem | undefined {
  if (command.includes('/')) return problemAt(command);
  const found = searchPath
    .split(delimiter)
    .map((folder) => join(folder === '' ? '.' : folder, command))
    .find((path) => problemOf(path) === undefined);
  if (found !== undefined && command !== '') return problemAt(found);
  return {
    code: 'command-not-found',
    text: `exec: ${JSON.stringify(command)}: executable file not found in $PATH`,
  };
}

function problemAt(path: string): StartProblem | undefined {
  const why = problemOf(path) ?? interpreterProblem(path);
  if (why === undefined) return undefined;
  const code = why.startsWith('permission denied') ? 'permission-denied' : 'command-not-found';
  return { code, text: `fork/exec ${path}: ${why}` };
}

/** A script whose interpreter is not there can't be started, for which the system gives the same reason as for a missing script. */
function interpreterProblem(path: string): string | undefined {
  let first: string;
  try {
    first = firstLine(path);
  } catch {
    // it may be run without being read
    return undefined;
  }
  const [, interpreter] = /^#![ \t]*(\/[^ \t\n]*)/.exec(first) ?? [];
  const why = interpreter === undefined ? undefined : problemOf(interpreter);
  return why === undefined ? undefined : `${why} (its interpreter ${interpreter ?? ''})`;
}

function firstLine(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(INTERPRETER_BYTES);
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
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
