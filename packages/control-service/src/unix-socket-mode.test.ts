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

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: sockets of other users and groups, which only root can make');

it.skipIf(!isRoot)('a unix socket gets its owner and group before others may use it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'control-'));
  const control = new ControlService({ nodeId: 'a', mesh: {} as MeshHandler, version: '1' });
  const facts = async (path: string) => {
    const { uid, gid, mode } = await stat(path);
    return { uid, gid, mode: mode & 0o777 };
  };
  modes.length = 0;
  await control.listenUnix(join(folder, 'both'), 0o660, { uid: 4711, gid: 4712 });
  await control.listenUnix(join(folder, 'group'), 0o660, { gid: 4712 });
  expect(await facts(join(folder, 'both'))).toEqual({ uid: 4711, gid: 4712, mode: 0o660 });
  expect(await facts(join(folder, 'group'))).toEqual({ uid: 0, gid: 4712, mode: 0o660 });
  expect(modes).toEqual([0o700, 0o700]);
  await control.close();
});

it('a unix socket whose owner can not be set is closed again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'control-'));
  const control = new ControlService({ nodeId: 'a', mesh: {} as MeshHandler, version: '1' });
  const path = join(folder, 's');
  await expect(control.listenUnix(path, 0o660, { uid: -7 })).rejects.toThrow(/owner/);
  // one more than any system has
  await expect(control.listenUnix(path, 0o660, { gid: 2 ** 33 })).rejects.toMatchObject({
    code: 'listen-failed',
  });
  await control.listenUnix(path);
  await control.close();
});
