import { ControlClient, type UnitEvent } from '@receptorjs/control-client';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestNode, type TestNode } from '../test-node.js';

const unix = { transport: 'unix' } as const;

let folder: string;
let node: TestNode;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-'));
  node = await startTestNode(folder, 'a');
});
afterEach(async () => {
  for (const [id] of await node.work.list()) await node.work.release(id, { ...unix, force: true });
  await node.close();
  await rm(folder, { recursive: true, force: true });
});

const word = (event: UnitEvent): string =>
  event.type === 'unit'
    ? `${event.unitId} ${event.status.state}`
    : event.type === 'released'
      ? `${event.unitId} released`
      : event.type;

/** Hears events until one is as wanted; gives their words without repetitions. */
async function until(
  events: AsyncGenerator<UnitEvent, void>,
  wanted: (event: UnitEvent) => boolean,
): Promise<string[]> {
  const words: string[] = [];
  for (;;) {
    const { value } = await events.next();
    if (!value) throw new Error(`the events ended behind ${words.join(', ')}`);
    if (words.at(-1) !== word(value)) words.push(word(value));
    if (wanted(value)) return words;
  }
}

it('a client hears of all units, and goes on behind a restart of the node as if nothing had been', async () => {
  const go = join(folder, 'go');
  const early = await node.submit('cat');
  await node.ended(early);
  const client = await ControlClient.connect(node.socketPath);
  const reasons: Error[] = [];
  const over = new AbortController();
  const events = client.unitEvents({
    signal: over.signal,
    onDisconnect: (reason) => reasons.push(reason),
  });
  expect(await until(events, ({ type }) => type === 'listed')).toEqual([
    'reset',
    `${early} 2`,
    'listed',
  ]);
  const late = await node.submit('sh', `-c 'while [ ! -e ${go} ]; do sleep 0.02; done; exit 3'`);
  expect(await until(events, (event) => event.type === 'unit' && event.status.state === 1)).toEqual(
    [`${late} 0`, `${late} 1`],
  );

  await node.close();
  await writeFile(go, '');
  node = await startTestNode(folder, 'a');
  await node.work.release(early, { ...unix, force: false });
  const again = await until(events, ({ type }) => type === 'listed');
  expect(again.at(0)).toBe('reset');
  expect(again.slice(1, -1).every((each) => each.startsWith(late))).toBe(true);
  expect(reasons).toHaveLength(1);
  if (!again.includes(`${late} 3`))
    await until(events, (event) => event.type === 'unit' && event.status.state === 3);
  await node.work.release(late, { ...unix, force: false });
  expect((await until(events, ({ type }) => type === 'released')).at(-1)).toBe(`${late} released`);
  over.abort();
  expect(await events.next()).toEqual({ done: true, value: undefined });
  client.close();
});

it('a cursor brings what has changed since, from any connection', async () => {
  const client = await ControlClient.connect(node.socketPath);
  let cursor: string | undefined;
  for await (const event of client.unitEvents()) {
    if (event.type !== 'listed') continue;
    cursor = event.cursor;
    break;
  }
  const id = await node.submit('cat');
  await node.ended(id);
  const other = await node.submit('cat');
  await node.ended(other);
  await node.work.release(other, { ...unix, force: false });
  const states: string[] = [];
  for await (const event of client.unitEvents({ after: cursor })) {
    if (states.at(-1) !== word(event)) states.push(word(event));
    if (event.type === 'released') break;
  }
  // the states of a unit that is gone count no more
  expect(states).toEqual(['resumed', `${id} 0`, `${id} 1`, `${id} 2`, `${other} released`]);
  const named: string[] = [];
  for await (const event of client.unitEvents({ unitIds: [id] })) {
    named.push(word(event));
    if (event.type === 'listed') break;
  }
  expect(named).toEqual(['reset', `${id} 2`, 'listed']);
  expect(await client.activity()).toMatchObject({
    unitsSubmitted: 2,
    unitsStarted: 2,
    unitsEnded: 2,
    unitsReleased: 1,
  });
  client.close();
});

it('a unit is as old as its status', async () => {
  const id = await node.submit('cat');
  await node.ended(id);
  const before = new Date(Date.now() - 86_400_000);
  await utimes(join(node.unitsDir, id, 'status'), before, before);
  const age = (await node.work.ages([id, 'nonesuch'])).get(id);
  expect(age).toBeGreaterThanOrEqual(86_400_000);
  expect(age).toBeLessThan(86_500_000);
});

it('a client of a node that does not come back gives up', async () => {
  const client = await ControlClient.connect(node.socketPath);
  const events = client.unitEvents({ lostTimeoutMs: 300 });
  await until(events, ({ type }) => type === 'listed');
  await node.close();
  await expect(events.next()).rejects.toMatchObject({ code: 'lost' });
  client.close();
  node = await startTestNode(folder, 'a');
});
