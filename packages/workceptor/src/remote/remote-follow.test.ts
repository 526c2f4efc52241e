import { ControlClient } from '@receptorjs/control-client';
import { UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { DiskReserves } from '@receptorjs/quotas';
import { ControlService, type MeshHandler, type WorkHandler } from '@receptorjs/control-service';
import type * as Fs from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { RemoteFollow } from './remote-follow.js';
import { RemoteStdout } from './remote-stdout.js';

/** How many of the next appends write half of what they should and fail, as they do on a full disk. */
const disk = vi.hoisted(() => ({ failures: 0 }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const writeSync = (file: number, bytes: Uint8Array, at: number, length: number): number => {
    if (disk.failures === 0) return fs.writeSync(file, bytes, at, length);
    disk.failures -= 1;
    fs.writeSync(file, bytes, at, 3);
    throw new Error('ENOSPC: no space left on device');
  };
  return { ...fs, writeSync };
});

const ended: UnitStatus = {
  state: UnitState.Succeeded,
  detail: 'exit status 0',
  stdoutSize: 10n,
  workType: 'cat',
  extraData: null,
};
const silent = {
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

it('neither doubles nor loses a byte when the disk was full in the middle of an append', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'follow-'));
  const starts: bigint[] = [];
  const work = {
    watch: () => Promise.resolve(only(ended)),
    results: (_id: string, start: bigint) => {
      starts.push(start);
      return Promise.resolve(only(Buffer.from('0123456789').subarray(Number(start))));
    },
  };
  const control = new ControlService({
    nodeId: 'far',
    mesh: {} as MeshHandler,
    work: work as unknown as WorkHandler,
    version: '1',
  });
  disk.failures = 2;
  const follow = new RemoteFollow({
    remoteUnitId: 'u1',
    stdout: new RemoteStdout(join(folder, 'stdout'), { reserve: new DiskReserves(0).of(folder) }),
    connect: () => {
      const [near, far] = duplexPair();
      void control.serve(far, { transport: 'mesh' });
      return Promise.resolve(ControlClient.over(near));
    },
    onStatus: () => undefined,
    onData: () => undefined,
    signal: new AbortController().signal,
    log: silent,
  });
  expect(await follow.run()).toEqual({ kind: 'final', status: ended });
  expect(await readFile(join(folder, 'stdout'), 'utf8')).toBe('0123456789');
  expect(starts).toEqual([0n, 3n, 6n]);
  await control.close();
});

/** A node where a unit has ended; `follow` of its control service answers as given. */
function endedNode(folder: string, known: boolean, followLines: readonly string[] = []) {
  const dials = { together: 0, apart: 0 };
  const work = {
    watch: () => Promise.resolve(only(ended)),
    results: (_id: string, start: bigint) =>
      Promise.resolve(only(Buffer.from('0123456789').subarray(Number(start)))),
  };
  const control = new ControlService({
    nodeId: 'far',
    mesh: {} as MeshHandler,
    work: work as unknown as WorkHandler,
    version: '1',
  });
  const open = (): ControlClient => {
    const [near, far] = duplexPair();
    void control.serve(far, { transport: 'mesh' });
    return ControlClient.over(near);
  };
  const strange = (): ControlClient => {
    const [near, far] = duplexPair();
    far.write('Receptor Control, node far\n');
    far.once('data', () => far.write(followLines.join('')));
    return ControlClient.over(near);
  };
  const follow = new RemoteFollow({
    remoteUnitId: 'u1',
    stdout: new RemoteStdout(join(folder, 'stdout'), { reserve: new DiskReserves(0).of(folder) }),
    connect: () => {
      dials.apart += 1;
      return Promise.resolve(open());
    },
    together: async (run) => {
      dials.together += 1;
      await run(known ? open() : strange());
    },
    onStatus: () => undefined,
    onData: () => undefined,
    signal: new AbortController().signal,
    log: silent,
  });
  return { follow, dials, close: () => control.close() };
}

it('takes status and stdout over one connection from a node that tells both', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'follow-'));
  disk.failures = 0;
  const { follow, dials, close } = endedNode(folder, true);
  expect(await follow.run()).toEqual({ kind: 'final', status: ended });
  expect(await readFile(join(folder, 'stdout'), 'utf8')).toBe('0123456789');
  // the other is for the digest, which the status does not tell
  expect(dials).toEqual({ together: 1, apart: 1 });
  await close();
});

const finalLine = `${JSON.stringify({ Detail: 'exit status 0', ExtraData: null, State: 2, StdoutSize: 10, WorkType: 'cat' })}\n`;
it.each([
  ['refuses', ['ERROR: bad command\n']],
  ['breaks off', ['{"Bytes":8}\n0123', '']],
  ['tells nonsense', ['{"Bytes":-1}\n']],
  ['says that it ended, without the end', ['{"Bytes":2}\n01', '{"End":"u1"}\n']],
  ['tells its end and nothing after it', ['{"Bytes":10}\n0123456789', finalLine]],
])('loses nothing when the node %s', async (what, lines) => {
  const folder = await mkdtemp(join(tmpdir(), 'follow-'));
  const { follow, close } = endedNode(folder, false, lines);
  if (what === 'breaks off') disk.failures = 1;
  expect(await follow.run()).toEqual({ kind: 'final', status: ended });
  expect(await readFile(join(folder, 'stdout'), 'utf8')).toBe('0123456789');
  await close();
});

async function* only<T>(item: T): AsyncGenerator<T> {
  yield await Promise.resolve(item);
}
