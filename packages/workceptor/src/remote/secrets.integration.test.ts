import { UnitState } from '@receptorjs/control-protocol';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestLink } from '../test-link.js';
import { startTestNode, type TestNode } from '../test-node.js';

/** What must be found nowhere: a name of its own, and a text that has to be quoted in JSON. */
const SECRET = 'hush-"7f3a"-hush';
const PART = '7f3a';

let folder: string;
let link: TestLink;
let near: TestNode;
let far: TestNode;
const log: string[] = [];
const heard: (string | undefined)[] = [];

async function startNear(): Promise<TestNode> {
  const { dial, onReachable } = link;
  const write = (line: string): void => {
    log.push(line);
  };
  const all = { error: write, warning: write, info: write, debug: write };
  return startTestNode(folder, 'near', { dial, onReachable, hasTlsClient: () => true, log: all });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  log.length = 0;
  heard.length = 0;
  far = await startTestNode(folder, 'far');
  far.work.registerWorkType({
    workType: 'listen',
    verifySignature: false,
    checkSubmission: ({ params }) => {
      heard.push(params['secret_key']);
      return null;
    },
    createUnit: (record) => ({
      record,
      status: () => record.status,
      start: () => {
        record.update({ state: UnitState.Succeeded, detail: 'heard' });
        return Promise.resolve('Job Started');
      },
      recover: () => Promise.resolve(),
      cancel: () => Promise.resolve('done'),
      prepareRelease: () => Promise.resolve('done'),
      detach: () => undefined,
    }),
  });
  link = await new TestLink(() => far.port).open();
  near = await startNear();
});
afterEach(async () => {
  await near.close();
  link.close();
  await far.close();
  await rm(folder, { recursive: true, force: true });
});

async function submit(workType = 'listen'): Promise<string> {
  const client = await near.client();
  const params = { secret_key: SECRET, open: 'x' };
  const request = { node: 'far', workType, tlsClient: 'tls', params };
  try {
    return (await client.submit(request, 'input')).unitId;
  } finally {
    client.close();
  }
}

/** Every file below the folder that has the secret, by the program that operators search with. */
function filesWithSecret(): string {
  try {
    return execFileSync('grep', ['-raFl', PART, folder], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

const storedData = async (id: string): Promise<Record<string, unknown>> => {
  const text = await readFile(join(near.unitsDir, id, 'status'), 'utf8');
  return (JSON.parse(text) as { ExtraData: Record<string, unknown> }).ExtraData;
};

it('a secret is nowhere in clear while its unit waits, reaches the node after a restart, and is forgotten then', async () => {
  link.cut();
  const id = await submit();
  expect(await storedData(id)).toMatchObject({ RemoteParams: { open: 'x' } });
  expect(await storedData(id)).toHaveProperty('SealedParams');
  expect(filesWithSecret()).toBe('');
  // what replies show has neither form of it
  expect((await near.status(id)).extraData).not.toHaveProperty('SealedParams');
  await near.close();
  near = await startNear();
  expect(filesWithSecret()).toBe('');
  link.join();
  expect((await near.ended(id)).state).toBe(UnitState.Succeeded);
  expect(heard).toEqual([SECRET]);
  await near.close();
  expect(await storedData(id)).toMatchObject({ RemoteParams: { open: 'x' }, RemoteStarted: true });
  expect(await storedData(id)).not.toHaveProperty('SealedParams');
  expect(filesWithSecret()).toBe('');
  expect(log.join('\n')).not.toContain(PART);
  near = await startNear();
});

it('a unit that fails, or is canceled before it has started, keeps no secret', async () => {
  await expect(submit('nonesuch')).rejects.toThrow('unknown work type nonesuch');
  link.cut();
  const id = await submit();
  expect(await near.work.cancel(id, { transport: 'unix' })).toBe('done');
  for (const [unit] of await near.work.list()) {
    expect(await storedData(unit)).toMatchObject({ RemoteParams: { open: 'x' } });
    expect(await storedData(unit)).not.toHaveProperty('SealedParams');
  }
  expect(filesWithSecret()).toBe('');
  expect(log.join('\n')).not.toContain(PART);
});

it('seals what an earlier version has left in clear', async () => {
  link.cut();
  const id = await submit();
  await near.close();
  const path = join(near.unitsDir, id, 'status');
  const status = JSON.parse(await readFile(path, 'utf8')) as { ExtraData: object };
  const RemoteParams = { secret_key: SECRET };
  const ExtraData = { ...status.ExtraData, SealedParams: undefined, RemoteParams };
  await writeFile(path, JSON.stringify({ ...status, ExtraData }));
  expect(filesWithSecret()).toBe(`${path}\n`);
  near = await startNear();
  expect(filesWithSecret()).toBe('');
  link.join();
  await near.ended(id);
  expect(heard).toEqual([SECRET]);
});

it('a unit whose key is gone fails, and says so', async () => {
  link.cut();
  const id = await submit();
  await near.close();
  await rm(join(near.unitsDir, '.secrets-key'));
  near = await startNear();
  link.join();
  expect(await near.ended(id)).toMatchObject({
    state: UnitState.Failed,
    detail: expect.stringMatching(/secret parameters can't be read: .* submit it again$/) as string,
  });
  expect(heard).toEqual([]);
});
