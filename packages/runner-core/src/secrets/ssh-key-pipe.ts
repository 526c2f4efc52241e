import { quoteShellWord } from '@receptorjs/primitives';
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from '../errors.js';

/** Wraps a command: an ssh-agent that knows the key at `keyPath` lives as long as the command does. */
export function withSshAgent(command: readonly string[], keyPath: string): string[] {
  const key = quoteShellWord(keyPath);
  const script = [
    // Or the agent would keep the key until it notices, seconds later.
    `trap 'rm -f ${key.replaceAll("'", `'"'"'`)}; kill "$SSH_AGENT_PID"' EXIT`,
    `ssh-add ${key}`,
    `rm -f ${key}`,
    command.map(quoteShellWord).join(' '),
  ].join(' && ');
  return ['ssh-agent', 'sh', '-c', script];
}

/** How often a reader of the pipe is looked for, in ms. A FIFO gives no notice of one. */
const LOOK_MS = 10;

/**
 * Hands a private key to the first process that opens a FIFO, so that it never lies in a file. Nothing waits
 * for a reader: closing works at any time and removes the FIFO.
 */
export class SshKeyPipe {
  readonly #path: string;
  readonly #key: string;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(path: string, key: string) {
    this.#path = path;
    this.#key = key.endsWith('\n') ? key : `${key}\n`;
  }

  /** Makes the FIFO; one that was left behind by another run with the same ident is replaced. */
  static async open(path: string, key: string): Promise<SshKeyPipe> {
    await rm(path, { force: true });
    await promisify(execFile)('mkfifo', ['-m', '600', path]);
    const pipe = new SshKeyPipe(path, key);
    pipe.#look();
    return pipe;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await rm(this.#path, { force: true });
  }

  #look(): void {
    this.#timer = setTimeout(() => {
      void this.#offer().then((given) => {
        if (!given && !this.#closed) this.#look();
      });
    }, LOOK_MS);
  }

  /** Writes the key if the pipe has a reader; `false` when it has none yet. */
  async #offer(): Promise<boolean> {
    let file: FileHandle;
    try {
      file = await open(this.#path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      return errorCode(error) !== 'ENXIO';
    }
    try {
      await file.writeFile(this.#key);
    } catch {
      // The reader went away; it says itself what was wrong.
    } finally {
      await file.close();
    }
    return true;
  }
}
