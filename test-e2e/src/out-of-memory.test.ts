import { basename, join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, Mesh, until, type Daemon } from './mesh.js';
import { makeMemoryGroup, type MemoryGroup } from './memory-group.js';

const makeGroup = (): MemoryGroup | string =>
  makeMemoryGroup(`receptorjs-test-${process.pid}`, 400 * 2 ** 20);

const probe = makeGroup();
const missing = typeof probe === 'string' ? probe : '';
if (typeof probe !== 'string') await probe.remove();
if (missing !== '') console.warn(`skipped: a kill for want of memory: ${missing}`);

describe.skipIf(missing !== '')('in a control group with little memory', () => {
  let mesh: Mesh;
  let near: Daemon;
  let group: MemoryGroup;
  beforeAll(() => {
    const made = makeGroup();
    if (typeof made === 'string') throw new Error(made);
    group = made;
    mesh = new Mesh();
    const command = join(mesh.folder, 'receptor');
    const lines = [`echo $$ >'${group.folder}/cgroup.procs'`, `exec '${bin('receptor')}' "$@"`];
    writeFileSync(command, `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 });
    near = mesh.start(
      'near',
      [
        { 'local-only': null },
        { 'work-command': { worktype: 'sh', command: 'sh', allowruntimeparams: true } },
      ],
      { command },
    );
  });
  afterAll(async () => {
    await mesh.end();
    await group.remove();
  });

  async function endOf(params: string) {
    const control = await near.control();
    try {
      const { unitId } = await control.submit({ node: 'near', workType: 'sh', params: { params } });
      return await until('the end of the unit', async () => {
        const status = await control.workStatus(unitId);
        return status.state > 1 ? status : undefined;
      });
    } finally {
      control.close();
    }
  }

  it('a command that the kernel kills for want of memory ends with that', async () => {
    const status = await endOf(`-c 'echo eating; exec tail /dev/zero'`);
    expect(status).toMatchObject({
      state: 3,
      detail: expect.stringMatching(
        /^signal: killed \(out of memory: the kernel counted such a kill in control group \//,
      ) as string,
      report: { errorCode: 'out-of-memory', lastOutput: 'eating' },
    });
    expect(status.detail).toContain(basename(group.folder));
  });

  it('one that anybody else kills does not', async () => {
    expect(await endOf(`-c 'kill -9 $$'`)).toMatchObject({
      state: 3,
      detail: 'signal: killed',
      report: { errorCode: 'signal' },
    });
  });
});
