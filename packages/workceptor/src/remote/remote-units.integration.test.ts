import { isFinal, UnitState } from '@receptorjs/control-protocol';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RemoteData } from './remote-extra-data.js';
import { TestLink } from '../test-link.js';
import { startTestNode, type TestNode } from '../test-node.js';
import type { WorkceptorOptions } from '../workceptor-options.js';

let folder: string;
let link: TestLink;
let near: TestNode;
let far: TestNode;
const unix = { transport: 'unix' } as const;

async function startNear(options: Partial<WorkceptorOptions> = {}): Promise<TestNode> {
  const { dial, onReachable } = link;
  return startTestNode(folder, 'near', { dial, onReachable, ...options });
}
async function restartNear(between?: () => Promise<unknown>): Promise<void> {
  await near.close();
  await between?.();
  near = await startNear();
}
async function restartFar(): Promise<void> {
  await far.close();
  far = await startTestNode(folder, 'far', { cancelGraceMs: 500 });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remote-'));
  far = await startTestNode(folder, 'far', { cancelGraceMs: 500 });
  link = await new TestLink(() => far.port).open();
  near = await startNear();
});
afterEach(async () => {
  for (const [id] of await far.work.list()) {
    await far.work.release(id, { ...unix, force: true });
  }
  await near.close();
  link.close();
  await far.close();
  await rm(folder, { recursive: true, force: true });
});

async function remoteIdOf(id: string): Promise<string> {
  return ((await near.status(id)).extraData as { RemoteUnitID: string }).RemoteUnitID;
}
/** Makes a unit one whose start has not been confirmed when the daemon was killed. */
async function changeRemoteData(id: string, change: Partial<RemoteData>): Promise<void> {
  const path = join(near.unitsDir, id, 'status');
  const status = JSON.parse(await readFile(path, 'utf8')) as { ExtraData: RemoteData };
  const ExtraData = { ...status.ExtraData, ...change };
  const text = JSON.stringify({ ...status, State: 0, Detail: 'Starting Worker', ExtraData });
  await writeFile(path, `${text}\n`);
}

/** A job that can be counted, with a stop in its middle until `go` exists. */
const countedJob = (name: string): string =>
  `-c 'echo one; echo ran >>"$0/${name}"; cat; while [ ! -e "$0/go" ]; do sleep 0.01; done; echo two' '${folder}'`;

describe('a remote unit', () => {
  it('runs on the other node and brings back stdout and status', async () => {
    const id = await near.submit('sh', `-c 'cat; echo err >&2; exit 4'`, 'far');
    expect(await near.results(id)).toBe('input\nerr\n');
    const [[farId] = ['']] = await far.work.list();
    expect(await near.status(id)).toEqual({
      state: UnitState.Failed,
      detail: 'exit status 4',
      stdoutSize: 10n,
      workType: 'remote',
      extraData: {
        RemoteNode: 'far',
        RemoteWorkType: 'sh',
        RemoteParams: { params: `-c 'cat; echo err >&2; exit 4'` },
        RemoteUnitID: farId,
        RemoteStarted: true,
        LocalCancelled: false,
        LocalReleased: false,
        SignWork: false,
        TLSClient: '',
        Expiration: '0001-01-01T00:00:00Z',
      },
      report: {
        errorCode: 'exit-status',
        lastOutput: 'input\nerr',
        stdoutSha256: createHash('sha256').update('input\nerr\n').digest('hex'),
      },
    });
    expect(await near.work.release(id, { ...unix, force: false })).toBe('done');
    expect(await far.work.list()).toEqual([]);
    expect(await readdir(near.unitsDir)).toEqual([]);
  });

  it('asks nothing at intervals: one connection from submission to release, and for the next unit too', async () => {
    for (let unit = 0; unit < 2; unit++) {
      const id = await near.submit('sh', `-c 'sleep 0.3; echo done'`, 'far');
      expect(await near.results(id)).toBe('done\n');
      expect((await near.ended(id)).state).toBe(UnitState.Succeeded);
      expect(await near.work.release(id, { ...unix, force: false })).toBe('done');
    }
    expect(link.dials).toBe(1);
  });

  it('whose output is too long is given up, and canceled there after a restart that comes before', async () => {
    await near.close();
    near = await startNear({ maxRemoteStdoutBytes: 10 });
    near.work.onUnitChange(({ record }) => {
      if (isFinal(record.status.state)) link.cut();
    });
    const id = await near.submit('sh', `-c 'echo more than ten bytes; exec sleep 1000'`, 'far');
    expect(await near.ended(id)).toMatchObject({ state: UnitState.Failed });
    const farId = await remoteIdOf(id);
    expect((await far.status(farId)).state).toBe(UnitState.Running);
    await restartNear(() => {
      link.join();
      return Promise.resolve();
    });
    expect((await far.ended(farId)).state).toBe(UnitState.Canceled);
  });

  it('carries large stdin and stdout to the byte, with the link cut on the way', async () => {
    const input = Buffer.alloc(8_000_000, 'some text that repeats itself, ');
    let cuts = 0;
    link.onCut = () => {
      cuts += 1;
      link.cutAfter(3_000_000);
      link.join();
    };
    link.cutAfter(12_000_000);
    const { unitId } = await (await near.client()).submit({ node: 'far', workType: 'cat' }, input);
    const results = await (await near.client()).resultStream(unitId);
    const hash = createHash('sha256');
    for await (const chunk of results as AsyncIterable<Buffer>) hash.update(chunk);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(input).digest('hex'));
    expect(cuts).toBeGreaterThan(1);
  });

  it.each([
    [{ workType: 'cat', tlsClient: 'x' }, 'unknown TLS config x'],
    [{ workType: 'cat', ttl: '1x' }, 'time: unknown unit "x" in duration "1x"'],
    [
      { workType: 'cat', params: { Secret_a: 'b' } },
      'cannot send secrets over a non-TLS connection',
    ],
    [{ workType: 'cat', signWork: true }, 'cannot sign work: signing key is empty'],
  ])('D20: %j is refused and leaves nothing', async (request, message) => {
    const client = await near.client();
    await expect(client.submit({ node: 'far', ...request })).rejects.toMatchObject({ message });
    expect(existsSync(near.unitsDir)).toBe(false);
  });

  it('fails with the words of the node that refuses it', async () => {
    const text = 'could not parse response: ERROR: unknown work type nonesuch';
    await expect(near.submit('nonesuch', undefined, 'far')).rejects.toMatchObject({
      message: text,
    });
    const [[id] = ['']] = await near.work.list();
    expect(await near.status(id)).toMatchObject({
      state: UnitState.Failed,
      detail: `Error starting worker: ${text}`,
    });
  });

  it('shows no secret, neither in replies nor to the listing', async () => {
    await near.close();
    near = await startNear({ hasTlsClient: (name) => name === 'tls' });
    const client = await near.client();
    const { unitId } = await client.submit({
      node: 'far',
      workType: 'cat',
      tlsClient: 'tls',
      params: { secret_key: 'hush', open: 'x' },
    });
    const raw = await (await near.client()).request(`work status ${unitId}`);
    expect(
      JSON.stringify(raw, (_key, value: unknown) => (typeof value === 'bigint' ? '' : value)),
    ).not.toContain('hush');
    expect((await near.status(unitId)).extraData).toMatchObject({ RemoteParams: { open: 'x' } });
  });
});

describe('a node that is not reachable', () => {
  it('gets the unit as soon as it is', async () => {
    link.cut();
    const reply = await (await near.client()).submit({ node: 'far', workType: 'cat' }, 'late\n');
    expect(reply.result).toBe('Job Submitted');
    expect(await near.status(reply.unitId)).toMatchObject({
      state: UnitState.Pending,
      detail: 'Starting Worker',
    });
    link.join();
    expect(await near.results(reply.unitId)).toBe('late\n');
  });

  it('D21: a start that is refused later fails the unit, with the reason', async () => {
    link.cut();
    const id = await near.submit('nonesuch', undefined, 'far');
    link.join();
    expect(await near.ended(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'Error starting worker: could not parse response: ERROR: unknown work type nonesuch',
    });
  });

  it.each(['50ms', '0', '-1h'])('lets the unit expire after %s', async (ttl) => {
    link.cut();
    const client = await near.client();
    const { unitId } = await client.submit({ node: 'far', workType: 'cat', ttl });
    const { state, detail } = await near.ended(unitId);
    expect(state).toBe(UnitState.Failed);
    expect(detail).toMatch(/^Work unit expired on \w{3} \w{3} \d{1,2} \d\d:\d\d:\d\d$/);
    // D10: a restart leaves the detail as it is
    await restartNear();
    expect(await near.status(unitId)).toMatchObject({ state: UnitState.Failed, detail });
    link.join();
    expect(await far.work.list()).toEqual([]);
  });

  it('keeps a unit over a restart, which then starts', async () => {
    link.cut();
    const id = await near.submit('cat', undefined, 'far');
    await restartNear();
    link.join();
    expect(await near.results(id)).toBe('input\n');
  });

  it('D10: a unit without its stdin fails at a restart', async () => {
    const { unitId } = await (await near.client()).openSubmission({ node: 'far', workType: 'cat' });
    await restartNear();
    expect(await near.status(unitId)).toMatchObject({
      state: UnitState.Failed,
      detail: 'Failed to restart: remote work had not previously started',
    });
  });

  it('cancel of a unit that never got there ends it here', async () => {
    link.cut();
    const id = await near.submit('cat', undefined, 'far');
    expect(await near.work.cancel(id, unix)).toBe('done');
    expect(await near.status(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'Locally Cancelled',
      stdoutSize: 0n,
    });
    expect(await near.results(id)).toBe('');
    link.join();
    expect(await near.work.release(id, { ...unix, force: false })).toBe('done');
    expect(await far.work.list()).toEqual([]);
  });

  it.each([false, true])(
    'cancel and release wait for it, over a restart: %s',
    async (restarted) => {
      const id = await near.submit('sh', `-c 'echo up; exec sleep 1000'`, 'far');
      const output = await (await near.client()).resultStream(id);
      await once(output, 'data');
      output.destroy();
      link.cut();
      expect(await near.work.cancel(id, unix)).toBe('pending');
      expect(await near.status(id)).toMatchObject({
        state: UnitState.Running,
        detail: expect.stringMatching(
          /^Cancel pending: far can not be reached \(Running: PID \d+\)$/,
        ) as string,
      });
      if (restarted) await restartNear();
      link.join();
      expect(await near.ended(id)).toMatchObject({ state: UnitState.Canceled, detail: 'Canceled' });
      expect(await near.results(id)).toBe('up\n');

      link.cut();
      expect(await near.work.release(id, { ...unix, force: false })).toBe('pending');
      expect((await near.status(id)).detail).toBe(
        'Release pending: far can not be reached (Canceled)',
      );
      expect(existsSync(join(near.unitsDir, id))).toBe(true);
      if (restarted) await restartNear();
      const gone = near.results(id).catch(() => 'gone');
      link.join();
      await gone;
      await expect.poll(() => existsSync(join(near.unitsDir, id))).toBe(false);
      expect(await far.work.list()).toEqual([]);
    },
  );

  it('force-release does not wait for it', async () => {
    const id = await near.submit('sh', `-c 'exec sleep 1000'`, 'far');
    await near.reaches(id, ({ state }) => state === UnitState.Running);
    link.cut();
    expect(await near.work.release(id, { ...unix, force: true })).toBe('done');
    expect(await readdir(near.unitsDir)).toEqual([]);
  });
});

describe('cancel', () => {
  it('is pending before five seconds are over when the other node is silent', async () => {
    const id = await near.submit('sh', `-c 'echo up; exec sleep 1000'`, 'far');
    await near.reaches(id, ({ state }) => state === UnitState.Running);
    link.dumb = true;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const outcome = near.work.cancel(id, unix);
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(1));
    await vi.advanceTimersByTimeAsync(4_000);
    vi.useRealTimers();
    expect(await outcome).toBe('pending');
    expect((await near.status(id)).detail).toMatch(/^Cancel pending: far can not be reached \(/);
    link.dumb = false;
    link.cut();
    link.join();
    expect(await near.ended(id)).toMatchObject({ state: UnitState.Canceled });
  });

  it('that is refused says so, stays pending, and is delivered in the end', async () => {
    const id = await near.submit('sh', `-c 'echo up; exec sleep 1000'`, 'far');
    await near.reaches(id, ({ state }) => state === UnitState.Running);
    const refuse = vi.spyOn(far.work, 'cancel').mockRejectedValue(new Error('not now'));
    await expect(near.work.cancel(id, unix)).rejects.toMatchObject({
      message: 'error cancelling remote unit:  not now',
    });
    expect((await near.status(id)).detail).toMatch(
      /^Cancel pending: far refuses it: not now \(Running: PID \d+\)$/,
    );
    refuse.mockRestore();
    expect(await near.ended(id)).toMatchObject({ state: UnitState.Canceled, detail: 'Canceled' });
  });

  it('D4: a canceled remote unit is final, its results end and nothing asks after it', async () => {
    const id = await near.submit('sh', `-c 'echo up; exec sleep 1000'`, 'far');
    const results = near.results(id);
    await near.reaches(id, ({ state }) => state === UnitState.Running);
    await expect.poll(async () => (await near.status(id)).stdoutSize).toBe(3n);
    expect(await near.work.cancel(id, unix)).toBe('done');
    expect(await near.ended(id)).toMatchObject({ state: UnitState.Canceled, detail: 'Canceled' });
    expect(await results).toBe('up\n');
    const { dials } = link;
    await restartNear();
    expect(await near.status(id)).toMatchObject({ state: UnitState.Canceled });
    expect(link.dials).toBe(dials);
  });

  it('D11: of a unit the other node has lost is one ERROR line, the unit fails, and release succeeds', async () => {
    const id = await near.submit('sh', `-c 'echo up; exec sleep 1000'`, 'far');
    await near.reaches(id, ({ state }) => state === UnitState.Running);
    const farId = await remoteIdOf(id);
    link.cut();
    await far.work.release(farId, { ...unix, force: true });
    link.join();
    const client = await near.client();
    await expect(client.workCancel(id)).rejects.toMatchObject({
      code: 'remote-error',
      message: `error cancelling remote unit:  unknown work unit ${farId}`,
    });
    // nothing is left of that reply: the next one is in step
    expect(await client.workStatus(id)).toMatchObject({ workType: 'remote' });
    expect(await near.ended(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'Remote work unit is gone',
    });
    expect(await client.workRelease(id)).toBe(true);
  });
});

it('a release that the other node refuses leaves the unit as it is, and it goes on', async () => {
  const id = await near.submit('sh', countedJob('ran'), 'far');
  await near.reaches(id, ({ state }) => state === UnitState.Running);
  const refuse = vi.spyOn(far.work, 'release').mockRejectedValue(new Error('not now'));
  await expect(near.work.release(id, { ...unix, force: false })).rejects.toMatchObject({
    message: 'error cancelling remote unit:  not now',
  });
  refuse.mockRestore();
  await writeFile(join(folder, 'go'), '');
  expect(await near.results(id)).toBe('one\ninput\ntwo\n');
  expect(await near.ended(id)).toMatchObject({ state: UnitState.Succeeded });
  expect(await near.work.release(id, { ...unix, force: false })).toBe('done');
});

describe('D22: nothing is lost and nothing runs twice', () => {
  /** Submits, cuts the link after `bytes`, and looks at what has come of it. */
  async function survives(bytes: number, onCut: () => void | Promise<void>): Promise<void> {
    await mkdir(join(folder, 'runs'), { recursive: true });
    const name = `runs/${bytes}`;
    await rm(join(folder, 'go'), { force: true });
    let settled: Promise<void> = Promise.resolve();
    link.onCut = () => {
      settled = (async () => onCut())();
    };
    const before = new Set((await near.work.list()).map(([id]) => id));
    link.cutAfter(bytes);
    await near.submit('sh', countedJob(name), 'far').catch(() => undefined);
    await writeFile(join(folder, 'go'), '');
    await settled;
    const [[id] = ['']] = (await near.work.list()).filter(([known]) => !before.has(known));
    // a reader goes with the daemon it reads from, and comes back to the next one
    const anew = async <T>(look: () => Promise<T>): Promise<T> => {
      for (;;) {
        const asked = near;
        const seen = await look().catch(() => undefined);
        await settled;
        if (seen !== undefined && asked === near) return seen;
      }
    };
    const where = `cut after ${bytes} bytes`;
    expect(await anew(() => near.results(id)), where).toBe('one\ninput\ntwo\n');
    expect(await anew(() => near.ended(id)), where).toMatchObject({ state: UnitState.Succeeded });
    expect(await readFile(join(folder, name), 'utf8'), where).toBe('ran\n');
    link.cutAfter(Number.POSITIVE_INFINITY);
  }

  it('when the link is cut at any byte', async () => {
    for (let bytes = 0; bytes < 1_500; bytes += 11) {
      await survives(bytes, () => {
        link.join();
      });
    }
  }, 120_000);

  it('when the link is cut at any byte and the cut looks like the end of stdin', async () => {
    link.cutsLookLikeEnds = true;
    for (let bytes = 0; bytes < 700; bytes += 7) {
      await survives(bytes, () => {
        link.join();
      });
    }
  }, 120_000);

  it('when the near daemon is restarted at any byte', async () => {
    for (let bytes = 0; bytes < 1_500; bytes += 29) {
      await survives(bytes, () => restartNear());
    }
  }, 120_000);

  it('when the far daemon is restarted while the job runs', async () => {
    const id = await near.submit('sh', countedJob('ran'), 'far');
    const results = near.results(id);
    const early = await (await near.client()).resultStream(id);
    await once(early, 'data');
    early.destroy();
    link.cut();
    await restartFar();
    link.join();
    await writeFile(join(folder, 'go'), '');
    expect(await results).toBe('one\ninput\ntwo\n');
    expect(await readFile(join(folder, 'ran'), 'utf8')).toBe('ran\n');
  });

  it('when the link is cut at any byte while the remains of a broken start are looked after', async () => {
    link.onCut = () => {
      link.join();
    };
    for (let bytes = 20; bytes < 400; bytes += 9) {
      const farClient = await far.client();
      const remains = await farClient.openSubmission({ node: 'far', workType: 'cat' });
      link.cut();
      const id = await near.submit('cat', undefined, 'far');
      await restartNear(async () => {
        await changeRemoteData(id, { RemoteUnitID: remains.unitId });
        link.join();
        link.cutAfter(bytes);
      });
      const where = `cut after ${bytes} bytes`;
      expect(await near.results(id), where).toBe('input\n');
      expect(await near.ended(id), where).toMatchObject({ state: UnitState.Succeeded });
      link.cutAfter(Number.POSITIVE_INFINITY);
      farClient.close();
    }
  });

  it.each([
    ['no ID', '', UnitState.Failed, 'Locally Cancelled'],
    ['an ID', 'known', UnitState.Canceled, 'Canceled'],
  ])('a cancel that a restart interrupts with %s goes on', async (_what, known, state, detail) => {
    const started = await near.submit('sh', `-c 'exec sleep 1000'`, 'far');
    const farId = await remoteIdOf(started);
    await restartNear(() =>
      changeRemoteData(started, {
        RemoteUnitID: known === '' ? '' : farId,
        RemoteStarted: false,
        LocalCancelled: true,
      }),
    );
    expect(await near.ended(started)).toMatchObject({ state, detail });
    expect(await far.work.list()).toHaveLength(1);
  });

  it('a unit that expired is canceled on the other node, over restarts', async () => {
    const id = await near.submit('sh', `-c 'exec sleep 1000'`, 'far');
    await near.reaches(id, ({ state }) => state === UnitState.Running);
    const farId = await remoteIdOf(id);
    link.cut();
    const Expiration = new Date(0).toISOString();
    await restartNear(() => changeRemoteData(id, { RemoteStarted: false, Expiration }));
    expect(await near.ended(id)).toMatchObject({
      detail: expect.stringMatching(/^Work unit expired on /) as string,
    });
    await restartNear();
    link.join();
    expect(await far.ended(farId)).toMatchObject({ state: UnitState.Canceled });
  });

  it('an interrupted start leaves nothing on the other node', async () => {
    link.onCut = () => {
      link.join();
    };
    for (let bytes = 1; bytes < 400; bytes += 13) {
      link.cutAfter(bytes);
      const id = await near.submit('cat', undefined, 'far');
      expect(await near.results(id), `cut after ${bytes} bytes`).toBe('input\n');
      await near.work.release(id, { ...unix, force: false });
    }
    expect(await far.work.list()).toEqual([]);
  });
});

it('keeps what it has when results break off, and goes on from the next byte', async () => {
  const id = await near.submit('sh', countedJob('ran'), 'far');
  const stream = (await (await near.client()).resultStream(id)) as Readable;
  const [first] = (await once(stream, 'data')) as [Buffer];
  expect('one\ninput\n'.startsWith(first.toString())).toBe(true);
  stream.destroy();
  await restartNear(() => appendFile(join(folder, 'go'), ''));
  expect(await near.results(id)).toBe('one\ninput\ntwo\n');
});
