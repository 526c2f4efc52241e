import { currentBootId, hasProc, isThere } from '@receptorjs/process-table';
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { ownUmask } from './own-umask.js';

/** Units that come within so many milliseconds until the shell pays. Of fewer, the daemon hears how their supervisors end. */
const BUSY_UNITS = 8;
const BUSY_MS = 1_000;
/** Milliseconds without a unit after which the shell ends. */
const IDLE_MS = 10_000;

/** Milliseconds between looks whether the system reaps a process whose parent is gone, and the number of them. */
const REAPED_MS = 100;
const REAPED_LOOKS = 100;

/**
 * First starts a process that tells its ID, which shows whether the system can do that, and reaps it. Then reads paths of scripts and
 * starts a supervisor for each, in a session of its own. It ends with the pipe: with the daemon, however that ends. A supervisor has
 * neither end of the pipe.
 */
const launcherScript = `setsid -f /bin/sh -c 'echo $$' </dev/null || exit 1
exec >/dev/null
while IFS= read -r _unit_script; do
  setsid -f /bin/sh "$_unit_script" "$1" "$2" </dev/null
done
`;

/** The shell, and whether it has shown that the system has what it needs. */
interface LauncherShell {
  readonly child: ChildProcess;
  readonly stdin: Socket;
  /** What the commands of units inherit from it, as it was when the shell was started. */
  readonly inherited: string;
  isReady: boolean;
}

/**
 * Has supervisors started by a small shell beside the daemon while many units come: to fork the daemon copies the tables of all of its
 * memory, which costs as much as all else that a small unit does, and stops the event loop meanwhile.
 *
 * Nothing rests on it. Whoever handed a supervisor over sees its claim on the unit, or starts one more a while later: only one of them gets
 * the claim.
 *
 * See docs/decisions/0129-a-shell-starts-supervisors.md.
 */
export class SupervisorLauncher {
  /** Written by `#start` and `#drop` only. */
  #shell: LauncherShell | undefined;
  /** Whether the system has no `setsid -f`, or reaps nothing; written by `#start` only. */
  #isUseless = false;
  /** Whether the system has shown that it reaps; written by `#whenReaped` only. */
  #isReaping = false;
  /** When the last units came; written by `#isBusy` only. */
  #recent: number[] = [];
  /** Ends the shell; present while there is one. */
  #idle: NodeJS.Timeout | undefined;

  /** @param idleMs milliseconds without a unit after which the shell ends; default 10,000 */
  constructor(private readonly idleMs = IDLE_MS) {}

  /** Process ID of the shell, while there is one. */
  get pid(): number | undefined {
    return this.#shell?.child.pid;
  }

  /**
   * Hands a supervisor over.
   *
   * @param script path of its script
   * @returns whether the shell has taken it; if not, it is for the caller to start
   */
  launch(script: string): boolean {
    if (!this.#isBusy() || this.#isUseless || !hasProc()) return false;
    const shell = this.#shell;
    const inherited = inheritedNow();
    if (inherited === undefined) return false;
    if (shell === undefined) {
      this.#start(inherited);
      return false;
    }
    if (shell.inherited !== inherited) {
      this.#drop(shell);
      return false;
    }
    this.#idle?.refresh();
    // one that does not keep up gets nothing more
    if (!shell.isReady || shell.stdin.writableLength > 0 || script.includes('\n')) return false;
    shell.stdin.write(`${script}\n`);
    return true;
  }

  #isBusy(): boolean {
    const now = performance.now();
    this.#recent.push(now);
    if (this.#recent.length > BUSY_UNITS) this.#recent.shift();
    const [first = now] = this.#recent;
    return this.#recent.length === BUSY_UNITS && now - first < BUSY_MS;
  }

  #start(inherited: string): void {
    const child = spawn(
      '/bin/sh',
      ['-c', launcherScript, 'supervisors', currentBootId(), ownUmask()],
      { detached: true, stdio: ['pipe', 'pipe', 'ignore'] },
    );
    // also of one without pipes: there are none where no more files can be opened
    child.on('error', () => undefined);
    const { stdin, stdout } = child;
    if (!(stdin instanceof Socket && stdout instanceof Socket)) return;
    const shell: LauncherShell = { child, stdin, inherited, isReady: false };
    this.#shell = shell;
    this.#idle = setTimeout(() => {
      this.#drop(shell);
    }, this.idleMs).unref();
    stdout.once('data', (line: Buffer) => {
      this.#whenReaped(Number(line.toString()), () => {
        shell.isReady = true;
      });
    });
    // its end is what counts
    for (const stream of [stdin, stdout]) stream.on('error', () => undefined);
    for (const held of [child, stdin, stdout]) held.unref();
    const ended = (): void => {
      if (this.#shell === shell && !shell.isReady) this.#isUseless = true;
      this.#drop(shell);
    };
    child.once('error', ended);
    child.once('exit', ended);
  }

  /** In a container whose first process reaps nothing, each supervisor would leave a zombie: there the shell is not used. */
  #whenReaped(pid: number, then: () => void): void {
    let looks = 0;
    const timer = setInterval(() => {
      looks += 1;
      this.#isReaping ||= pid > 0 && !isThere(pid);
      if (!this.#isReaping && looks < REAPED_LOOKS) return;
      clearInterval(timer);
      if (this.#isReaping) then();
      else this.#isUseless = true;
    }, REAPED_MS).unref();
  }

  #drop(shell: LauncherShell): void {
    if (this.#shell !== shell) return;
    this.#shell = undefined;
    clearTimeout(this.#idle);
    shell.stdin.end();
  }
}

/** What a process started now inherits; undefined for a folder that was removed. */
function inheritedNow(): string | undefined {
  try {
    return JSON.stringify([process.cwd(), process.env]);
  } catch {
    return undefined;
  }
}
