import { execFile } from 'node:child_process';
import type { ProcessEntry } from './process-entry.js';
import { ProcessTableError } from './process-table-error.js';

/** Most bytes of a listing. */
const MAX_LISTING_BYTES = 64 * 1024 * 1024;
/** Time a listing may take, in ms. */
const LISTING_MS = 30_000;

/**
 * Columns that the `ps` of Linux, macOS and FreeBSD have in common. Each is an option of its own: the BSDs take everything
 * behind a `=` for a heading. Session IDs are not among them.
 */
const COLUMNS = ['pid', 'ppid', 'pgid', 'tty', 'stat', 'lstart'].flatMap((key) => [
  '-o',
  `${key}=`,
]);

const ROW = /^ *(\d+) +(\d+) +(\d+) +(\S+) +(\S+) +(\w{3} \w{3} +\d+ [\d:]{8} \d{4}) *$/;

/** What makes `ps` show each process's environment beside its arguments; other systems have no such thing. */
const WITH_ENVIRONMENT: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['axeww'],
  darwin: ['-AEww'],
  freebsd: ['-axeww'],
  openbsd: ['-axeww'],
  netbsd: ['-axeww'],
};

/** A process of a listing, with what its session is told by. */
interface Row extends Omit<ProcessEntry, 'session' | 'variables'> {
  readonly group: number;
  /** Its terminal, or nothing. */
  readonly terminal: string | undefined;
  readonly leadsSession: boolean;
}

/**
 * All running processes by `ps`, zombies left out.
 *
 * @throws {ProcessTableError} when there is no `ps` that works
 */
export async function listByPs(names: readonly string[]): Promise<ProcessEntry[]> {
  const [listing, environments] = await Promise.all([
    runPs(['-A', '-ww', ...COLUMNS]),
    names.length > 0 ? readEnvironments() : new Map<number, string>(),
  ]);
  return parseListing(listing).map((entry) => ({
    ...entry,
    variables: variablesIn(environments.get(entry.pid) ?? '', names),
  }));
}

/** The start time of one process, or nothing when it is gone. */
export async function startTimeByPs(pid: number): Promise<string | undefined> {
  const listing = await runPs(['-ww', ...COLUMNS, '-p', String(pid)]);
  return parseListing(listing).find((entry) => entry.pid === pid)?.startTime;
}

/** The processes of a listing in {@link COLUMNS}. */
export function parseListing(listing: string): ProcessEntry[] {
  const rows = listing.split('\n').flatMap((line): Row[] => {
    const [, pid, parent, group, tty, stat, startTime] = ROW.exec(line) ?? [];
    if (tty === undefined || stat === undefined || startTime === undefined) return [];
    if (stat.startsWith('Z') || stat.startsWith('X')) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        // "?", "??", "-", "__" stand for none
        terminal: /\w/.test(tty.replaceAll('_', '')) ? tty : undefined,
        leadsSession: stat.includes('s'),
        startTime,
      },
    ];
  });
  const owners = new Map<string, number>();
  for (const { terminal, leadsSession, pid } of rows)
    if (leadsSession && terminal !== undefined) owners.set(terminal, pid);
  return rows.map(({ terminal, leadsSession, group, ...entry }) => {
    const owner = terminal === undefined ? undefined : owners.get(terminal);
    return { ...entry, session: leadsSession ? entry.pid : (owner ?? group), variables: {} };
  });
}

/** Environments by process ID, as text in one line; without the arguments, which could contain anything. */
async function readEnvironments(): Promise<Map<number, string>> {
  const options = WITH_ENVIRONMENT[process.platform];
  if (options === undefined) return new Map();
  const columns = ['-o', 'pid=', '-o', 'command='];
  const [plain, full] = await Promise.all([
    runPs(['-A', '-ww', ...columns]),
    runPs([...options, ...columns]),
  ]);
  const commands = commandsIn(plain);
  const environments = new Map<number, string>();
  for (const [pid, text] of commandsIn(full)) {
    const command = commands.get(pid);
    if (command !== undefined) environments.set(pid, without(command, text));
  }
  return environments;
}

function commandsIn(listing: string): Map<number, string> {
  const lines = listing.split('\n').map((line) => /^ *(\d+) (.*)$/.exec(line));
  return new Map(lines.flatMap((line) => (line ? [[Number(line[1]), line[2] ?? '']] : [])));
}

/** What stands behind or, on some systems, before the command. */
function without(command: string, text: string): string {
  const plain = command.trim();
  const all = text.trim();
  if (all.startsWith(`${plain} `)) return all.slice(plain.length);
  return all.endsWith(` ${plain}`) ? all.slice(0, -plain.length) : '';
}

/** A value ends where another variable seems to begin: nothing else tells blanks in it from those between them. */
export function variablesIn(
  environment: string,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const text = ` ${environment.trim()}`;
  const variables: Record<string, string> = {};
  for (const name of names) {
    const start = text.indexOf(` ${name}=`);
    if (start < 0) continue;
    const rest = text.slice(start + name.length + 2);
    const end = rest.search(/ [A-Za-z_]\w*=/);
    variables[name] = end < 0 ? rest : rest.slice(0, end);
  }
  return variables;
}

function runPs(words: readonly string[]): Promise<string> {
  const { PATH, LC_ALL, LC_CTYPE, LANG } = process.env;
  const env = {
    PATH: `${PATH ?? ''}:/bin:/usr/bin`,
    TZ: 'UTC0',
    LC_TIME: 'C',
    LC_CTYPE: LC_ALL ?? LC_CTYPE ?? LANG ?? 'C.UTF-8',
  };
  const limits = { maxBuffer: MAX_LISTING_BYTES, timeout: LISTING_MS };
  return new Promise((resolve, reject) => {
    execFile('ps', words, { env, ...limits }, (error, stdout, stderr) => {
      const said = stderr.trim().split('\n', 1)[0] ?? '';
      if (error === null) resolve(stdout);
      // That is how it says that there is no such process.
      else if (error.code === 1 && stdout.trim() === '' && said === '') resolve('');
      else
        reject(
          new ProcessTableError(said === '' ? error.message : `ps says: ${said}`, { cause: error }),
        );
    });
  });
}
