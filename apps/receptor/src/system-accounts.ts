import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Milliseconds for the system to look a name up, in a directory of the network perhaps. */
const LOOKUP_MS = 5_000;

const files = { passwd: '/etc/passwd', group: '/etc/group' } as const;
const kinds = { passwd: 'user', group: 'group' } as const;

/**
 * The number of a user (`passwd`) or a group, whose a Unix socket is to be, by its name; a number stands for itself. Asked of the file first, then of `getent`, which
 * knows those of directories, too.
 *
 * @throws {Error} for a name that the system does not know
 */
export async function accountId(database: keyof typeof files, name: string): Promise<number> {
  if (/^\d{1,10}$/.test(name)) return Number(name);
  const text = await readFile(files[database], 'utf8').catch(() => '');
  const found = idIn(text, name) ?? idIn(await lookUp(database, name), name);
  if (found === undefined)
    throw new Error(
      `error opening Unix socket: there is no ${kinds[database]} ${name} on this machine (allowed: a name or a number)`,
    );
  return found;
}

/** Fields are separated by colons: name, password, number. */
function idIn(text: string, name: string): number | undefined {
  for (const line of text.split('\n')) {
    const [first, , id] = line.split(':');
    if (first === name && id !== undefined && /^\d+$/.test(id)) return Number(id);
  }
  return undefined;
}

/** What the system's own lookup prints; empty where that knows nothing, or is not there. */
async function lookUp(database: keyof typeof files, name: string): Promise<string> {
  // an option is no name
  if (name.startsWith('-')) return '';
  try {
    const { stdout } = await promisify(execFile)('getent', [database, name], {
      timeout: LOOKUP_MS,
    });
    return stdout;
  } catch {
    return '';
  }
}
