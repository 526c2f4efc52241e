import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Mesh } from './mesh.js';
import { canMount, DaemonOnSmallDisk } from './small-disk.js';

if (!canMount) {
  console.warn('skipped: units on a read-only disk, because no disk can be mounted here');
}

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

describe.skipIf(!canMount)('on a disk that is read-only for a while', () => {
  it('a submission is refused with that, units are served, and it goes on afterwards', async () => {
    const hello = { worktype: 'hello', command: 'echo', params: 'hello', maxrunning: 1 };
    const actions = [{ 'local-only': null }, { 'work-command': hello }];
    const limits = { maxunitdisk: 6, retentioncount: 100 };
    const near = new DaemonOnSmallDisk(mesh, 'near', actions, limits);
    const control = await near.daemon.control();
    const submit = () => control.submit({ node: 'near', workType: 'hello' });
    const output = async (unitId: string) => text(await control.results(unitId));
    try {
      const { unitId } = await submit();
      expect(await output(unitId)).toBe('hello\n');
      near.inside('mount -o remount,ro "$0"');
      await expect(submit()).rejects.toThrow('read-only file system');
      expect([...(await control.workList()).keys()]).toEqual([unitId]);
      expect(await output(unitId)).toBe('hello\n');
      await expect(control.workRelease(unitId)).rejects.toThrow('could not remove');
      near.inside('mount -o remount,rw "$0"');
      const next = await submit();
      expect(await output(next.unitId)).toBe('hello\n');
      expect(await control.workRelease(unitId)).toBe(true);
      expect([...(await control.workList()).keys()]).toEqual([next.unitId]);
    } finally {
      control.close();
    }
  });
});
