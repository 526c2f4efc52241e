import { ControlClient } from '@receptorjs/control-client';
import { UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestNode, type TestNode } from './test-node.js';

let folder: string;
let node: TestNode;
let client: ControlClient;
/** The connections of the client, all it ever had. */
let sockets: Socket[];
/** Whether the node can be reached. */
let isUp: boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-'));
  node = await startTestNode(folder, 'a', { cancelGraceMs: 500 });
  sockets = [];
  isUp = true;
  client = ControlClient.through(async () => {
    if (!isUp) throw new Error('no way there');
    const socket = connect({ path: node.socketPath, allowHalfOpen: true });
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  });
});
afterEach(async () => {
  client.close();
  for (const [id] of await node.work.list()) {
    await node.work.release(id, { transport: 'unix', force: true });
  }
  await node.close();
  await rm(folder, { recursive: true, force: true });
});

const sh = (script: string) => ({
  node: 'a',
  workType: 'sh',
  params: { params: `-c '${script}' '${folder}'` },
});
const waiting = () => sh('echo one; while [ ! -e "$0/go" ]; do sleep 0.01; done; cat; echo two');
const breakAll = (): void => {
  for (const socket of sockets) socket.destroy();
};

it('gives the output of a unit that succeeds, tells of it meanwhile, and releases it', async () => {
  const units: string[] = [];
  const states: UnitStatus['state'][] = [];
  const result = await client.runWork({ node: 'a', workType: 'cat' }, 'hello', {
    onUnit: (id) => units.push(id),
    onStatus: ({ state }) => states.push(state),
  });
  expect(result).toMatchObject({ unitId: units[0], status: { state: UnitState.Succeeded } });
  expect(result.stdout.toString()).toBe('hello');
  expect(states.at(-1)).toBe(UnitState.Succeeded);
  expect(await node.work.list()).toEqual([]);
});

it('rejects for a unit that fails, with its status and what there is of its output', async () => {
  const error: unknown = await client.runWork(sh('echo some; exit 3')).catch((e: unknown) => e);
  expect(error).toMatchObject({
    code: 'work-failed',
    message: expect.stringMatching(/^work unit \w{8} failed: exit status 3$/) as string,
    work: { stdout: Buffer.from('some\n'), status: { detail: 'exit status 3', stdoutSize: 5n } },
  });
  const { work } = error as { work: { status: UnitStatus } };
  expect(JSON.parse(JSON.stringify(work.status))).toMatchObject({
    stateName: 'Failed',
    stdoutSize: 5,
  });
});

it('hands the output on as it comes, and waits for whoever takes it', async () => {
  const seen: string[] = [];
  const { stdout, unitId } = await client.runWork(waiting(), 'stdin\n', {
    onStdout: async (chunk) => {
      seen.push(String(chunk));
      await writeFile(join(folder, 'go'), '');
    },
    release: false,
  });
  expect(seen.join('')).toBe('one\nstdin\ntwo\n');
  expect(stdout).toHaveLength(0);
  expect(await node.status(unitId)).toMatchObject({ state: UnitState.Succeeded });
});

it('survives the break of all its connections, and gives every byte once', async () => {
  const seen: string[] = [];
  await client.runWork(waiting(), 'stdin\n', {
    onStdout: async (chunk) => {
      seen.push(String(chunk));
      if (seen.length > 1) return;
      breakAll();
      await writeFile(join(folder, 'go'), '');
    },
  });
  expect(seen.join('')).toBe('one\nstdin\ntwo\n');
});

it('gives up a node that is out of reach for too long; the unit goes on', async () => {
  const run = client.runWork(waiting(), '', {
    lostTimeoutMs: 50,
    onStdout: () => {
      isUp = false;
      breakAll();
    },
  });
  await expect(run).rejects.toMatchObject({
    code: 'lost',
    message: expect.stringMatching(/^the node could not be reached for 0.05 s: /) as string,
  });
  const [[, status] = []] = await node.work.list();
  expect(status).toMatchObject({ state: UnitState.Running });
});

it('cancels and releases the unit when its signal fires, at any time', async () => {
  for (const when of ['created', 'running'] as const) {
    const abort = new AbortController();
    const run = client.runWork(waiting(), '', {
      signal: abort.signal,
      onUnit: () => when === 'created' && abort.abort(),
      onStdout: () => {
        abort.abort();
      },
    });
    await expect(run, when).rejects.toMatchObject({ code: 'aborted' });
    expect(await node.work.list(), when).toEqual([]);
  }
});

it('ends the unit when whoever takes its output throws, or there is more of it than is taken', async () => {
  const broken = client.runWork(waiting(), '', {
    onStdout: () => {
      throw new Error('no room');
    },
  });
  await expect(broken).rejects.toThrow('no room');
  const long = client.runWork(sh('while echo line; do :; done'), '', { maxStdoutBytes: 1000 });
  await expect(long).rejects.toMatchObject({ code: 'output-too-long' });
  expect(await node.work.list()).toEqual([]);
});

it('rejects for a unit that somebody else cancels', async () => {
  const run = client.runWork(waiting(), '', {
    onStdout: async () => {
      const [[id] = ['']] = await node.work.list();
      await node.work.cancel(id, { transport: 'unix' });
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'work-canceled' });
});

it('refuses where the client has one stream only, and what the node refuses', async () => {
  const one = ControlClient.over(connect({ path: node.socketPath }));
  await expect(one.runWork(waiting())).rejects.toMatchObject({ code: 'one-connection' });
  await expect(one.results('x')).rejects.toMatchObject({ code: 'one-connection' });
  one.close();
  await expect(client.runWork({ node: 'a', workType: 'nonesuch' })).rejects.toMatchObject({
    code: 'remote-error',
    message: 'unknown work type nonesuch',
  });
  await expect(client.results('nonesuch')).rejects.toMatchObject({ code: 'remote-error' });
});

it('results of a unit that fails end in its failure, behind the last byte', async () => {
  const { unitId } = await client.submit(sh('echo some; exit 3'));
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    for await (const chunk of await client.results(unitId, { startPos: 1 }))
      seen.push(String(chunk));
  };
  await expect(read()).rejects.toMatchObject({ code: 'work-failed' });
  expect(seen.join('')).toBe('ome\n');
});
