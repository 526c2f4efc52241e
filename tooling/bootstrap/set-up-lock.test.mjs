import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exclusively } from './set-up-lock.mjs';

/** @type {string} */
let folder;
/** @type {string} */
let file;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  file = join(folder, 'lock');
  vi.spyOn(console, 'log').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe('exclusively', () => {
  it('holds the lock while it works, and gives it back when the work fails', async () => {
    const failed = exclusively(file, async () => {
      expect(readFileSync(file, 'utf8')).toBe(String(process.pid));
      throw new Error('broken');
    });
    await expect(failed).rejects.toThrow('broken');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('waits for the process that has it, and says so once', async () => {
    writeFileSync(file, String(process.ppid));
    let pauses = 0;
    const held = await exclusively(
      file,
      async () => pauses,
      async () => {
        pauses += 1;
        expect(existsSync(file)).toBe(true);
        if (pauses === 3) rmSync(file);
      },
    );
    expect(held).toBe(3);
    expect(vi.mocked(console.log).mock.calls).toEqual([
      [`Waiting for the set-up that process ${process.ppid} does here`],
    ]);
  });

  it('takes over from a process that was killed', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(file, String(pid));
    const pause = vi.fn();
    expect(await exclusively(file, async () => 'done', pause)).toBe('done');
    expect(pause).not.toHaveBeenCalled();
  });

  it('gives up on one that never ends, in one sentence', async () => {
    writeFileSync(file, String(process.ppid));
    await expect(
      exclusively(
        file,
        async () => undefined,
        async () => undefined,
      ),
    ).rejects.toThrow(/^Process \d+ has been setting up this clone for too long: end it, or .*\.$/);
    expect(existsSync(file)).toBe(true);
  });
});
