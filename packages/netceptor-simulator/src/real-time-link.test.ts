import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { MeshNode } from '@receptorjs/netceptor';
import { StreamHost, type MeshStream } from '@receptorjs/netceptor-streams';
import { afterEach, expect, it } from 'vitest';
import { linkInRealTime, type RealTimeLink, type RealTimeLinkOptions } from './real-time-link.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Nodes with streams in a line, each pair linked with the options given; the last one sends back what it gets. */
async function echoLine(
  count: number,
  options: RealTimeLinkOptions,
): Promise<{ nodes: MeshNode[]; links: RealTimeLink[]; dial: () => Promise<MeshStream> }> {
  const nodes = Array.from({ length: count }, (_, at) => new MeshNode({ nodeId: `n${at}` }));
  const [first, last] = [nodes[0]!, nodes.at(-1)!];
  const hosts = [new StreamHost(first), new StreamHost(last)];
  const links = nodes.slice(1).map((node, at) => linkInRealTime(nodes[at]!, node, options));
  cleanups.push(async () => {
    for (const host of hosts) await host.close();
    for (const link of links) link.cut();
    for (const node of nodes) await node.close();
  });
  for (const [from, to] of [
    [first, last],
    [last, first],
  ] as const) {
    while (!from.isReachable(to.nodeId)) await once(from, 'route');
  }
  await hosts[1]!.listen('echo', {}, (stream) => {
    stream.on('error', () => undefined);
    stream.pipe(stream);
  });
  return { nodes, links, dial: () => hosts[0]!.dial(last.nodeId, 'echo') };
}

const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

it.each([
  ['a good link', 2, { latencyMs: 2 }, 4_000_000],
  [
    'loss, jitter and reorder over a hop',
    3,
    { latencyMs: 3, jitterMs: 3, loss: 0.02, reorder: 0.1 },
    400_000,
  ],
  ['a link that doubles messages', 2, { latencyMs: 2, duplicate: 0.3 }, 1_000_000],
  ['a link of 2 MB/s', 2, { latencyMs: 5, bytesPerSecond: 2_000_000 }, 1_000_000],
] as const)(
  'QUIC streams over %s arrive byte for byte',
  { timeout: 30_000 },
  async (_name, count, conditions, length) => {
    const { dial } = await echoLine(count, { ...conditions, seed: 3 });
    const stream = await dial();
    const sent = randomBytes(length);
    stream.end(sent);
    const got = await buffer(stream);
    expect(got.length).toBe(length);
    expect(digest(got)).toBe(digest(sent));
  },
);

it(
  'a ping takes the latency of both ways, and gets ahead of a stream that fills the link',
  { timeout: 20_000 },
  async () => {
    const { nodes, dial } = await echoLine(2, {
      latencyMs: 20,
      back: { latencyMs: 40 },
      bytesPerSecond: 3_000_000,
    });
    const quiet = Number((await nodes[0]!.ping('n1')).timeNs) / 1e6;
    expect(quiet).toBeGreaterThan(59);
    const stream = await dial();
    stream.on('error', () => undefined).write(randomBytes(4_000_000));
    stream.resume();
    await once(stream, 'data');
    const busy = Number((await nodes[0]!.ping('n1')).timeNs) / 1e6;
    // The queue in front of the link alone would take 90 ms more.
    expect(busy).toBeLessThan(quiet + 60);
    stream.destroy();
  },
);

it('a link that is cut ends at both nodes', async () => {
  const { nodes, links } = await echoLine(2, {});
  const down = nodes.map((node) => once(node, 'link-down'));
  links[0]?.cut();
  expect((await Promise.all(down)).map(([link]) => (link as { nodeId: string }).nodeId)).toEqual([
    'n1',
    'n0',
  ]);
  expect(nodes.map((node) => node.isReachable('n0') && node.isReachable('n1'))).toEqual([
    false,
    false,
  ]);
});

it(
  'messages are lost while a link is frozen, and a stream goes on when it thaws',
  { timeout: 20_000 },
  async () => {
    const { nodes, links, dial } = await echoLine(2, { latencyMs: 2 });
    const stream = await dial();
    links[0]?.freeze(nodes[0]);
    await expect(nodes[0]!.ping('n1', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
    });
    stream.end('said into the ice');
    await expect(nodes[1]!.ping('n0', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
    });
    links[0]?.thaw();
    expect(await text(stream)).toBe('said into the ice');
  },
);
