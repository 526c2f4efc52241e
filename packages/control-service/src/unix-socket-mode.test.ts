import { statSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ControlService } from './control-service.js';
import type { MeshHandler } from './handlers.js';

/** Modes of the socket file at the moment before they are changed. */
const modes = vi.hoisted((): number[] => []);
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof FsPromises>();
  return {
    ...fs,
    chmod: (path: string, mode: number) => {
      modes.push(statSync(path).mode & 0o777);
      return fs.chmod(path, mode);
    },
  };
});

it('a unix socket is the owner’s alone until it has its mode, whatever the umask', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'control-'));
  const control = new ControlService({ nodeId: 'a', mesh: {} as MeshHandler, version: '1' });
  const umask = process.umask(0);
  try {
    const { address } = await control.listenUnix(join(folder, 's'), 0o660);
    expect(modes).toEqual([0o700]);
    expect((await stat(address)).mode & 0o777).toBe(0o660);
    expect(process.umask(0)).toBe(0);
  } finally {
    process.umask(umask);
    await control.close();
  }
});
