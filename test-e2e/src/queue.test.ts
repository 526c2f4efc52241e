import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '@receptorjs/tooling-test-peers';
import { Mesh, until, type Daemon } from './mesh.js';

const numbers = Array.from({ length: 10 }, (_, at) => at);

describe('a work type that runs two units at once', () => {
  let mesh: Mesh;
  let far: Daemon;
  let near: Daemon;
  beforeEach(async () => {
    mesh = new Mesh();
    mkdirSync(join(mesh.folder, 'go'));
    const port = await freePort();
    // a job says that it runs, and does until its file is there
    const job = `-c 'read w; echo $w >>${mesh.folder}/starts; until [ -e ${mesh.folder}/go/$w ]; do sleep 0.02; done; echo $w'`;
    far = mesh.start('far', [
      { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
      { 'work-command': { worktype: 'job', command: 'sh', params: job, maxrunning: 2 } },
    ]);
    near = mesh.start('near', [{ 'tcp-peer': { address: `127.0.0.1:${port}` } }]);
    await near.routeTo('far');
  });
  afterEach(() => mesh.end());

  const starts = (): string[] => {
    const path = join(mesh.folder, 'starts');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  };

  const begun = (count: number): Promise<true> =>
    until(`${count} starts`, () => starts().length >= count || undefined);

  /** Ends the jobs that have run longest, one after another, and waits for the next one each time. */
  async function endInTurn(from: number, to: number, all: number): Promise<void> {
    for (let at = from; at < to; at += 1) {
      writeFileSync(join(mesh.folder, 'go', starts()[at] ?? ''), '');
      await begun(Math.min(at + 3, all));
    }
  }

  it('takes turns between a client here and another node, over a restart, and loses none', async () => {
    const here = await far.control();
    const there = await near.control();
    const unitsOf: string[] = [];
    try {
      for (const at of numbers) {
        await here.submit({ node: 'far', workType: 'job' }, `local${at}\n`);
        await begun(Math.min(at + 1, 2));
      }
      for (const at of numbers) {
        unitsOf.push((await there.submit({ node: 'far', workType: 'job' }, `near${at}\n`)).unitId);
      }
      const [, , third = ''] = unitsOf;
      const waits = /^Queued at place 3 of its submitter: job runs 2 units at once/;
      await until('the place of a remote unit', async () => {
        const { state, detail } = await there.workStatus(third);
        return (state === 0 && waits.test(detail)) || undefined;
      });
      // one that waits there is canceled from here
      await there.workCancel(unitsOf[9] ?? '');
      await until('the end of what was canceled', async () =>
        (await there.workStatus(unitsOf[9] ?? '')).state === 4 ? true : undefined,
      );
      await endInTurn(0, 6, 19);
      expect(starts()).toEqual([
        ...['local0', 'local1', 'near0', 'local2', 'near1', 'local3', 'near2', 'local4'],
      ]);
    } finally {
      here.close();
      there.close();
    }
    await far.stop('SIGKILL');
    far.start();
    await endInTurn(6, 19, 19);
    expect([...starts()].sort()).toEqual(
      [
        ...numbers.map((at) => `local${at}`),
        ...numbers.slice(0, 9).map((at) => `near${at}`),
      ].sort(),
    );
    for (const who of ['local', 'near']) {
      const own = starts().filter((name) => name.startsWith(who));
      expect(own).toEqual([...own].sort());
    }
    // neither has had two places before the other had its first
    expect(
      starts()
        .slice(8, 12)
        .filter((name) => name.startsWith('near')),
    ).toHaveLength(2);
    const client = await near.control();
    try {
      await until('the end of all', async () => {
        const states = [...(await client.workList()).values()].map(({ state }) => state);
        return states.filter((state) => state === 2).length === 9 || undefined;
      });
    } finally {
      client.close();
    }
  });

  it('receptorctl says of a unit that it waits for its turn', async () => {
    const client = await far.control();
    try {
      for (const name of ['one', 'two']) {
        await client.submit({ node: 'far', workType: 'job' }, `${name}\n`);
      }
    } finally {
      client.close();
    }
    const submit = ['work', 'submit', 'job', '--node', 'far', '--payload-literal', 'three\n'];
    const { code, stdout, stderr } = await far.ctl(...submit);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Job Submitted') as string,
    });
    expect(stderr).toMatch(
      /unit \w+ starts when it is its turn: Queued at place 1 of its submitter/,
    );
    for (const name of ['one', 'two', 'three']) writeFileSync(join(mesh.folder, 'go', name), '');
    await begun(3);
  });
});
