import { read } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The longest line that is taken, in bytes. */
const MAX_LINE = 1_024;

/** How long to wait for a descriptor that does not block, in milliseconds. No event says when it has something. */
const RETRY_MS = 50;

const readBytes = promisify(read);

/**
 * The next line of a descriptor, without its end; what there is when it has ended before. It takes no byte past the line:
 * the rest stays for other processes that share the descriptor, such as the next command of a script that a shell reads from it.
 *
 * @throws {Error} for a longer line than 1,024 bytes; the system's own
 */
export async function readLine(descriptor: number): Promise<string> {
  const line: number[] = [];
  const byte = Buffer.alloc(1);
  while (line.length <= MAX_LINE) {
    const count = await readByte(descriptor, byte);
    const [value] = byte;
    if (count === 0 || value === undefined || value === 0x0a) {
      return Buffer.from(line).toString('utf8').replace(/\r$/, '');
    }
    line.push(value);
  }
  throw new Error(`the answer is longer than ${MAX_LINE} bytes`);
}

/** Gives 0 at the end. */
async function readByte(descriptor: number, byte: Buffer): Promise<number> {
  for (;;) {
    try {
      return (await readBytes(descriptor, byte, 0, 1, null)).bytesRead;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      await setTimeout(RETRY_MS);
    }
  }
}
