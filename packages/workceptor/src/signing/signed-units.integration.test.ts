import { UnitState } from '@receptorjs/control-protocol';
import { generateKeyPairSync } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandWorkType } from '../local/command-work-type.js';
import { TestLink } from '../test-link.js';
import { startTestNode, type TestNode } from '../test-node.js';

let folder: string;
let keyFile: string;
let link: TestLink;
let near: TestNode;
let far: TestNode;
/** Tells of lines of the log that say that the key can't be read. */
const log = new EventEmitter<{ keyMissed: [] }>();
const unix = { transport: 'unix' } as const;

async function startNear(): Promise<TestNode> {
  const { dial, onReachable } = link;
  const write = (line: string): void => {
    if (line.includes('could not load signing key file: ')) log.emit('keyMissed');
  };
  const all = { error: write, warning: write, info: write, debug: write };
  const node = await startTestNode(folder, 'near', { dial, onReachable, log: all });
  node.work.signatures.signWith({ privateKey: keyFile, tokenExpirationMs: 60_000 });
  return node;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signed-'));
  keyFile = join(folder, 'key');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  await writeFile(`${keyFile}.pub`, publicKey.export({ type: 'spki', format: 'pem' }));
  far = await startTestNode(folder, 'far', { cancelGraceMs: 500 });
  far.work.signatures.verifyWith([`${keyFile}.pub`]);
  far.work.registerWorkType(
    commandWorkType({
      workType: 'signed',
      command: 'sh',
      allowRuntimeParams: true,
      verifySignature: true,
    }),
  );
  link = await new TestLink(() => far.port).open();
  near = await startNear();
});
afterEach(async () => {
  await near.close();
  link.close();
  await far.close();
  await rm(folder, { recursive: true, force: true });
});

async function submit(script: string): Promise<string> {
  const client = await near.client();
  const params = { params: `-c '${script}'` };
  try {
    const request = { node: 'far', workType: 'signed', signWork: true, params };
    return (await client.submit(request)).unitId;
  } finally {
    client.close();
  }
}

it('a key that is away when a waiting unit is to start is waited for', async () => {
  link.cut();
  const id = await submit('echo done');
  await rename(keyFile, `${keyFile}.away`);
  // what a daemon does that is started again: it tries at once
  await near.close();
  near = await startNear();
  const missed = once(log, 'keyMissed');
  link.join();
  await missed;
  expect((await near.status(id)).state).toBe(UnitState.Pending);
  await rename(`${keyFile}.away`, keyFile);
  link.join();
  expect(await near.ended(id)).toMatchObject({ state: UnitState.Succeeded });
  expect(await near.results(id)).toBe('done\n');
});

it('a cancel that is delivered later, and a release, are signed as the submission was', async () => {
  const id = await submit('echo on; exec sleep 1000');
  await near.reaches(
    id,
    ({ state, stdoutSize }) => state === UnitState.Running && stdoutSize >= 0n,
  );
  const [[farId] = ['']] = await far.work.list();
  // nobody else can
  await expect(far.work.cancel(farId, { transport: 'mesh', from: 'x' })).rejects.toThrow(
    'could not verify signature: signature is empty',
  );
  link.cut();
  expect(await near.work.cancel(id, unix)).toBe('pending');
  link.join();
  expect(await near.ended(id)).toMatchObject({ state: UnitState.Canceled });
  expect(await near.work.release(id, { ...unix, force: false })).toBe('done');
  expect(await far.work.list()).toEqual([]);
});
