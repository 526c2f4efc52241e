import { hasProc } from '@receptorjs/process-table';
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { JobProcess } from '../terminal/terminal-process.js';

/** Numbers of the system call `read`, by the architecture of this process. */
const READ_CALL: Readonly<Record<string, string>> = {
  x64: '0',
  arm64: '63',
  riscv64: '63',
  ia32: '3',
  arm: '3',
  ppc64: '3',
  s390x: '3',
};

/** Longest text of a prompt that is shown. */
const MAX_PROMPT_CHARACTERS = 200;

/** What Ansible says when it waits for time to pass, and for keys only besides. */
const TIMED_PAUSE = /Pausing for \d+ seconds/;

const LAST_BANNER = /(?:TASK|HANDLER) \[(?![^]*(?:TASK|HANDLER) \[)/;

/** A task that has shown nothing but the question of `pause`: a line with its name, and text with a colon at its end. */
const ASKING_PAUSE = /^(?:TASK|HANDLER) \[[^\n]*\n\[[^\n]*\]\r?\n[^]*:\s*$/;

/**
 * The prompt at which a job waits for input, or `undefined` when it does something else, however silently.
 *
 * What counts is not the text, but that a process of the job reads from the job's terminal, or has switched it to single
 * keys; the text is what was printed last. Where there is no `/proc` to tell who reads, the text counts: {@link relayedPrompt}.
 *
 * See docs/decisions/0036-prompts-are-seen-at-the-terminal.md.
 *
 * @param job the job's process
 * @param tail the end of what the job has printed
 */
export async function waitingPrompt(
  job: Pick<JobProcess, 'pid' | 'modes'>,
  tail: string,
): Promise<string | undefined> {
  const takesKeys = async () => !isTimedPause(tail) && /[ \n]-icanon\b/.test(await job.modes());
  if (!hasProc()) return relayedPrompt(tail) ?? ((await takesKeys()) ? lastLine(tail) : undefined);
  const terminal = await terminalOf(job.pid);
  if (terminal === undefined) return undefined;
  return (await isRead(terminal)) || (await takesKeys()) ? lastLine(tail) : undefined;
}

/**
 * As {@link waitingPrompt}, by the text alone: where the system does not tell who reads, and of a job whose terminal another
 * program passes on, as the client of a container engine does, which reads all the time. What counts is a last line without an
 * end, that does not go back to its beginning as progress does, or the question of `pause`.
 */
export function relayedPrompt(tail: string): string | undefined {
  const plain = tail.replace(ESCAPES, '');
  const last = plain.slice(plain.lastIndexOf('\n') + 1);
  const open = last.trim() !== '' && !last.endsWith('\r');
  const banner = plain.search(LAST_BANNER);
  const asking = banner >= 0 && ASKING_PAUSE.test(plain.slice(banner));
  return open || asking ? lastLine(plain) : undefined;
}

/** Number of the pseudo terminal a process has, from its `stat`; terminals of other kinds are not the job's. */
async function terminalOf(pid: number | string): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const device = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[4]);
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  // UNIX98_PTY_SLAVE_MAJOR and the seven after it
  return major >= 136 && major <= 143 ? (major - 136) * 256 + minor : undefined;
}

/** Whether a process that has this terminal sleeps in reading it. */
async function isRead(terminal: number): Promise<boolean> {
  for (const name of await readdir('/proc').catch(() => []))
    if (
      /^\d+$/.test(name) &&
      (await terminalOf(name)) === terminal &&
      (await reads(name, terminal))
    )
      return true;
  return false;
}

async function reads(pid: string, terminal: number): Promise<boolean> {
  for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const call = await readFile(`/proc/${pid}/task/${thread}/syscall`, 'latin1').catch(() => '');
    const [number, descriptor = ''] = call.split(' ');
    if (number === undefined || number !== READ_CALL[process.arch]) continue;
    const file = await readlink(`/proc/${pid}/fd/${Number(descriptor)}`).catch(() => '');
    if (file === `/dev/pts/${terminal}` || file === '/dev/tty') return true;
  }
  return false;
}

/** Whether a task waits for time to pass, and for keys only besides; such readers look for them in turns. */
function isTimedPause(tail: string): boolean {
  return TIMED_PAUSE.test(tail.slice(tail.search(LAST_BANNER) + 1));
}

/** The last line that shows something, without colours and the like. */
function lastLine(tail: string): string {
  const plain = tail.replace(ESCAPES, '');
  const lines = plain.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? '').trim().slice(-MAX_PROMPT_CHARACTERS);
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');
