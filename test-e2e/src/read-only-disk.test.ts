import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Mesh, until } from './mesh.js';
import { canMount, DaemonOnSmallDisk } from './small-disk.js';

if (!canMount) {
  console.warn('skipped: units on a read-only disk, because no disk can be mounted here');
}

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

describe.skipIf(!canMount)('on a disk that becomes read-only', () => {
  it('a submission is refused, a running unit says what it waits for, and all goes on afterwards', async () => {
    const job = `-c 'echo begun; while [ ! -e ${mesh.folder}/go ]; do sleep 0.01; done; exit 5'`;
    const near = new DaemonOnSmallDisk(mesh, 'near', [
      { 'local-only': null },
      { 'work-command': { worktype: 'job', command: 'sh', params: job } },
      { 'work-command': { worktype: 'hello', command: 'echo', params: 'hello' } },
    ]);
    const control = await near.daemon.control();
    try {
      const before = await control.submit({ node: 'near', workType: 'hello' });
      const { unitId } = await control.submit({ node: 'near', workType: 'job' });
      await until('both units', async () => {
        const units = await control.workList();
        const hasEnded = (units.get(before.unitId)?.state ?? 0) > 1;
        const runs = units.get(unitId)?.detail.startsWith('Running: PID') === true;
        return (hasEnded && runs) || undefined;
      });
      // files that are open keep the disk itself writable: it is covered by itself, read-only
      near.inside('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"');
      await expect(control.submit({ node: 'near', workType: 'hello' })).rejects.toThrow(
        'read-only file system',
      );
      expect(await control.workStatus(before.unitId)).toMatchObject({ state: 2 });
      writeFileSync(join(mesh.folder, 'go'), '');
      const waiting = await until('the end of the command', async () => {
        const status = await control.workStatus(unitId);
        return status.detail.startsWith('ended') ? status : undefined;
      });
      expect(waiting).toMatchObject({
        state: 1,
        detail: 'ended; its exit status waits for the disk, which is read-only',
      });
      near.inside('umount "$0"');
      const ended = await until('the end of the unit', async () => {
        const status = await control.workStatus(unitId);
        return status.state > 1 ? status : undefined;
      });
      expect(ended).toMatchObject({
        state: 3,
        detail: 'exit status 5',
        report: { errorCode: 'exit-status', lastOutput: 'begun' },
      });
      for (const id of [unitId, before.unitId]) expect(await control.workRelease(id)).toBe(true);
      const next = await control.submit({ node: 'near', workType: 'hello' });
      expect(await control.workRelease(next.unitId)).toBe(true);
    } finally {
      control.close();
    }
  });
});
