import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Mesh, until } from './mesh.js';
import { canMount, DaemonOnSmallDisk } from './small-disk.js';

if (!canMount) console.warn('skipped: units on a full disk, because no disk can be mounted here');

/** Nothing for a submission that found no room; throws any other error. */
function whenFull(error: unknown): undefined {
  if (!(error instanceof Error && /ENOSPC|no space/.test(error.message))) throw error;
}

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

describe.skipIf(!canMount)('on a full disk', () => {
  it('a release frees the space, and says "released" when the unit is gone', async () => {
    const fill = `-c 'cat /dev/zero; trap "" TERM; echo >${mesh.folder}/full; exec sleep 1000'`;
    const near = new DaemonOnSmallDisk(mesh, 'near', [
      { 'local-only': null },
      { 'work-command': { worktype: 'fill', command: 'sh', params: fill } },
      { 'work-command': { worktype: 'hello', command: 'echo', params: 'hello' } },
    ]);
    const control = await near.daemon.control();
    try {
      const { unitId } = await control.submit({ node: 'near', workType: 'fill' });
      await until('a full disk', () => existsSync(join(mesh.folder, 'full')) || undefined);
      const dir = near.unit(unitId);
      expect(existsSync(dir)).toBe(true);
      let isAnswered = false;
      const released = control.workRelease(unitId).finally(() => {
        isAnswered = true;
      });
      const another = await near.daemon.control();
      const next = await until('room on the disk', () =>
        another.submit({ node: 'near', workType: 'hello' }).catch(whenFull),
      ).finally(() => another.close());
      // there was room at once, though the command will not end before its grace is over
      expect(isAnswered).toBe(false);
      expect(await released).toBe(false);
      await until('the end of the unit', () => (existsSync(dir) ? undefined : true));
      expect(await control.workRelease(next.unitId)).toBe(true);
    } finally {
      control.close();
    }
  });

  it('a unit whose command has ended says that its exit status waits for space, and has it then', async () => {
    const job = `-c 'echo begun; while [ ! -e ${mesh.folder}/go ]; do sleep 0.01; done; cat /dev/zero >${mesh.folder}/disk/filler; exit 5'`;
    const near = new DaemonOnSmallDisk(mesh, 'near', [
      { 'local-only': null },
      { 'work-command': { worktype: 'job', command: 'sh', params: job } },
    ]);
    const control = await near.daemon.control();
    try {
      const { unitId } = await control.submit({ node: 'near', workType: 'job' });
      await until('the job', async () => {
        const { detail } = await control.workStatus(unitId);
        return detail.startsWith('Running: PID') || undefined;
      });
      writeFileSync(join(mesh.folder, 'go'), '');
      const waiting = await until('the end of the command', async () => {
        const status = await control.workStatus(unitId);
        return status.detail.startsWith('ended') ? status : undefined;
      });
      expect(waiting).toMatchObject({
        state: 1,
        detail: 'ended; its exit status waits for space on the disk',
      });
      // nothing of ours takes what little there is
      expect(existsSync(join(near.unit(unitId), 'write-check'))).toBe(false);
      rmSync(near.path('filler'));
      const ended = await until('the end of the unit', async () => {
        const status = await control.workStatus(unitId);
        return status.state > 1 ? status : undefined;
      });
      expect(ended).toMatchObject({
        state: 3,
        detail: 'exit status 5',
        report: {
          errorCode: 'exit-status',
          lastOutput: expect.stringMatching(/^begun\n.*No space left on device$/) as string,
        },
      });
    } finally {
      control.close();
    }
  });

  it('at the limit of units a submission is refused while there is room, and taken after a release', async () => {
    const job = `-c 'head -c 3000000 /dev/zero; exec sleep 1000'`;
    const near = new DaemonOnSmallDisk(
      mesh,
      'near',
      [
        { 'local-only': null },
        { 'work-command': { worktype: 'job', command: 'sh', params: job } },
        { 'work-command': { worktype: 'hello', command: 'echo', params: 'hello' } },
      ],
      { maxunitdisk: 2 },
    );
    const control = await near.daemon.control();
    const hello = () => control.submit({ node: 'near', workType: 'hello' });
    try {
      const { unitId } = await control.submit({ node: 'near', workType: 'job' });
      const refusal = await until('a refusal', () =>
        hello().then(async (taken) => {
          await control.workRelease(taken.unitId);
          return undefined;
        }, String),
      );
      expect(refusal).toMatch(
        /no space for another unit: all units have (2\.9|3\.\d) MiB on disk, and 2\.0 MiB are allowed \(maxunitdisk of node\); release some first$/,
      );
      near.inside('test $(df --output=avail -k "$0" | tail -1) -gt 4000');
      // what runs goes on
      expect((await control.workStatus(unitId)).state).toBe(1);
      await control.workRelease(unitId);
      await hello();
    } finally {
      control.close();
    }
  });

  it('a submission is refused with that, and leaves no unit', async () => {
    const near = new DaemonOnSmallDisk(mesh, 'near', [
      { 'local-only': null },
      { 'work-command': { worktype: 'hello', command: 'echo', params: 'hello' } },
    ]);
    const control = await near.daemon.control();
    try {
      near.inside('cat /dev/zero >"$0/filler" 2>/dev/null || :');
      await expect(control.submit({ node: 'near', workType: 'hello' })).rejects.toThrow(
        /no space for another unit: of the disk of .* 0\.0 MiB are free, and 0\.4 MiB are kept free \(diskreserve of node\); release some units first$/,
      );
      expect([...(await control.workList()).keys()]).toEqual([]);
    } finally {
      control.close();
    }
  });
});
