import { UnitState } from '@receptorjs/control-protocol';
import { ControlClient } from '@receptorjs/control-client';
import { listProcesses } from '@receptorjs/process-table';
import { GoReceptor, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestNode, type TestNode } from '../test-node.js';

const withoutGo = skipsWithoutGo();
const unix = { transport: 'unix' } as const;

describe.skipIf(withoutGo)(`units that a Go receptor has left ${goReceptor.missing}`, () => {
  let folder: string;
  let dataDir: string;
  let go: GoReceptor;
  let client: ControlClient;
  let node: TestNode | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'left-'));
    dataDir = join(folder, 'data');
    go = await GoReceptor.start(
      'a',
      [
        { 'local-only': {} },
        { 'work-command': { worktype: 'sh', command: 'sh', allowruntimeparams: true } },
      ],
      { node: { datadir: dataDir } },
    );
    client = await ControlClient.connect(go.socket);
  });
  afterEach(async () => {
    for (const [id] of (await node?.work.list()) ?? []) {
      await node?.work.release(id, { ...unix, force: true });
    }
    await node?.close();
    node = undefined;
    await go.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const submit = async (params: string): Promise<string> =>
    (await client.submit({ node: 'a', workType: 'sh', params: { params } }, 'input\n')).unitId;

  /** Starts a job that runs until `go` exists, or has to be ended; gives its processes. */
  async function startJob(): Promise<{ id: string; pids: number[] }> {
    const id = await submit(
      `-c 'echo up; sleep 1000 & bg=$!; echo $bg $$ >${folder}/pids; while [ ! -e ${folder}/go ]; do sleep 0.01; done; kill $bg; echo done; exit 6'`,
    );
    let pids: number[] = [];
    await expect
      .poll(
        async () => {
          const { state, extraData } = await client.workStatus(id);
          if (state !== UnitState.Running) return false;
          const { Pid } = extraData as { Pid: number };
          const written = readFileSync(join(folder, 'pids'), 'utf8').trim().split(' ');
          pids = [Pid, ...written.map(Number)];
          return true;
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    return { id, pids };
  }

  /** The Go daemon goes without a word, and one of ours takes its place. */
  async function takeOver(): Promise<TestNode> {
    client.close();
    await go.stop();
    node = await startTestNode(folder, 'a', { cancelGraceMs: 500 });
    return node;
  }

  async function running(pids: readonly number[]): Promise<number[]> {
    const table = await listProcesses();
    return pids.filter((pid) => table.some((entry) => entry.pid === pid));
  }

  it('are followed to their end when they run, and seen as they are until then', async () => {
    const { id, pids } = await startJob();
    const left = await takeOver();
    expect(await running(pids)).toEqual(pids);
    expect(await left.status(id)).toMatchObject({
      state: UnitState.Running,
      detail: `Running: PID ${pids[2]}`,
      stdoutSize: 3n,
    });
    const results = left.results(id);
    await writeFile(join(folder, 'go'), '');
    expect(await results).toBe('up\ndone\n');
    expect(await left.ended(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'exit status 6',
      report: { errorCode: 'exit-status', lastOutput: 'up\ndone' },
    });
    expect(JSON.parse(readFileSync(join(left.unitsDir, id, 'status'), 'utf8'))).toMatchObject({
      State: UnitState.Failed,
      ErrorCode: 'exit-status',
    });
  });

  it('are canceled with all their processes, also over a restart', async () => {
    const { id, pids } = await startJob();
    const left = await takeOver();
    await left.close();
    node = await startTestNode(folder, 'a', { cancelGraceMs: 500 });
    expect(await node.work.cancel(id, unix)).toBe('done');
    expect(await running(pids)).toEqual([]);
    expect(await node.status(id)).toMatchObject({
      state: UnitState.Canceled,
      detail: 'Canceled',
      report: { errorCode: 'canceled' },
    });
  });

  it('are released with all their processes', async () => {
    const { id, pids } = await startJob();
    const left = await takeOver();
    expect(await left.work.release(id, { ...unix, force: false })).toBe('done');
    expect(await running(pids)).toEqual([]);
    expect(await readdir(left.unitsDir)).toEqual([]);
  });

  it('fail when what watches them is killed, and are not left running', async () => {
    const { id, pids } = await startJob();
    const left = await takeOver();
    const ended = left.ended(id);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    expect(await ended).toMatchObject({
      state: UnitState.Failed,
      detail: expect.stringMatching(
        /^supervisor is gone, .* none of its processes is found any more$/,
      ) as string,
      report: { errorCode: 'supervisor-lost' },
    });
    expect(await running(pids)).toEqual([]);
  });

  it('are taken as they ended, when they ended before', async () => {
    const id = await submit(`-c 'cat; exit 4'`);
    await expect.poll(async () => (await client.workStatus(id)).state).toBe(UnitState.Failed);
    const runs = await startJob();
    // as one whose daemon and runner were killed: nobody writes any more
    await cp(join(dataDir, 'a', runs.id), join(dataDir, 'a', 'lostlost'), { recursive: true });
    const left = await takeOver();
    expect(await left.status(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'exit status 4',
    });
    expect(await left.results(id)).toBe('input\n');
    expect(await left.status('lostlost')).toMatchObject({
      state: UnitState.Failed,
      report: { errorCode: 'supervisor-lost', lastOutput: 'up' },
    });
    // the one it was copied from is another's, and goes on
    expect(await running(runs.pids)).toEqual(runs.pids);
    expect(await left.work.release(id, { ...unix, force: false })).toBe('done');
  });
});
