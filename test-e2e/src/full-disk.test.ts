import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, Mesh, until } from './mesh.js';

/** Runs a command with a small disk at the folder it is given. */
const script = 'mount -t tmpfs -o size=8m none "$0" && exec "$@"';

const probe = spawnSync('unshare', ['-m', 'sh', '-c', script, '/mnt', 'true']);
const canMount = probe.status === 0;
if (!canMount) console.warn('skipped: units on a full disk, because no disk can be mounted here');

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

describe.skipIf(!canMount)('on a full disk', () => {
  it('a release frees the space, and says "released" when the unit is gone', async () => {
    const disk = join(mesh.folder, 'disk');
    mkdirSync(disk);
    const command = join(mesh.folder, 'receptor');
    const line = `exec unshare -m sh -c '${script}' '${disk}' '${bin('receptor')}' "$@"`;
    writeFileSync(command, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    const fill = `-c 'cat /dev/zero; trap "" TERM; echo >${mesh.folder}/full; exec sleep 1000'`;
    const near = mesh.start(
      'near',
      [
        { 'local-only': null },
        { 'work-command': { worktype: 'fill', command: 'sh', params: fill } },
        { 'work-command': { worktype: 'hello', command: 'echo', params: 'hello' } },
      ],
      { command, node: { datadir: disk } },
    );
    const control = await near.control();
    try {
      const { unitId } = await control.submit({ node: 'near', workType: 'fill' });
      await until('a full disk', () => existsSync(join(mesh.folder, 'full')) || undefined);
      // the daemon's own view of the disk
      const dir = join('/proc', String(near.pid), 'root', disk, 'near', unitId);
      expect(existsSync(dir)).toBe(true);
      const released = control.workRelease(unitId);
      const another = await near.control();
      // there is room at once, though the command will not end before its grace is over
      const next = await another
        .submit({ node: 'near', workType: 'hello' })
        .finally(() => another.close());
      expect(await released).toBe(false);
      await until('the end of the unit', () => (existsSync(dir) ? undefined : true));
      expect(await control.workRelease(next.unitId)).toBe(true);
    } finally {
      control.close();
    }
  });
});
