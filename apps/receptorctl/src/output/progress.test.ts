import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withProgress } from './progress.js';

let shown: string[];
const terminal = (isTTY: boolean) => ({ isTTY, write: (text: string) => shown.push(text) > 0 });
beforeEach(() => {
  shown = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function* chunks(count: number) {
  for (let at = 0; at < count; at += 1) {
    yield Buffer.alloc(1024 * 1024);
    await vi.advanceTimersByTimeAsync(500);
  }
}

async function read(isTTY: boolean, count: number, total?: number): Promise<number> {
  let bytes = 0;
  for await (const chunk of withProgress(chunks(count), {
    verb: 'Sent',
    total,
    terminal: terminal(isTTY),
  })) {
    bytes += chunk.length;
  }
  return bytes;
}

it('shows how much it was on a terminal, and takes the line away in the end', async () => {
  expect(await read(true, 4, 4 * 1024 * 1024)).toBe(4 * 1024 * 1024);
  expect(shown).toEqual([
    '\r\u001b[KSent 2.0 MiB of 4.0 MiB, 2.0 MiB/s',
    '\r\u001b[KSent 3.0 MiB of 4.0 MiB, 2.0 MiB/s',
    '\r\u001b[KSent 4.0 MiB of 4.0 MiB, 2.0 MiB/s',
    '\r\u001b[K',
  ]);
});

it('shows nothing of what is quickly done, and nothing where there is no terminal', async () => {
  expect(await read(true, 1)).toBe(1024 * 1024);
  expect(await read(false, 4)).toBe(4 * 1024 * 1024);
  expect(shown).toEqual([]);
});

it('ends what it reads when nobody wants more', async () => {
  let ended = false;
  async function* endless() {
    try {
      for (;;) {
        await Promise.resolve();
        yield 'x';
      }
    } finally {
      ended = true;
    }
  }
  for await (const chunk of withProgress(endless(), { verb: 'Sent', terminal: terminal(true) })) {
    expect(chunk).toBe('x');
    break;
  }
  expect(ended).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
