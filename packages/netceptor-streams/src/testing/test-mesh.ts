import { once } from 'node:events';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { afterEach } from 'vitest';
import type { MeshStream } from '../mesh-stream.js';
import { StreamHost, type StreamHostOptions } from '../stream-host.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A node with streams, closed after the test. */
export interface Member {
  readonly node: MeshNode;
  readonly streams: StreamHost;
}

export function member(nodeId: string, options: StreamHostOptions = {}): Member {
  const node = new MeshNode({ nodeId });
  const streams = new StreamHost(node, options);
  cleanups.push(async () => {
    await streams.close();
    await node.close();
  });
  return { node, streams };
}

/** Resolves when there is a route to the node. */
export async function reach(from: Member, nodeId: string): Promise<void> {
  while (!from.node.isReachable(nodeId)) await once(from.node, 'route');
}

/** Links a node to another over TCP. */
export async function join(from: Member, to: Member): Promise<void> {
  const listener = await listenTcp(to.node, { host: '127.0.0.1', port: 0 });
  await dialTcp(from.node, listener.address);
}

/** A chain of nodes over TCP, the first and the last with a route to each other. */
export async function chain(
  ...ids: string[]
): Promise<{ first: Member; last: Member; all: Member[] }> {
  const all = ids.map((id) => member(id));
  for (const [at, each] of all.entries()) {
    const next = all[at + 1];
    if (next !== undefined) await join(each, next);
  }
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a chain has at least one node');
  await Promise.all([reach(first, last.node.nodeId), reach(last, first.node.nodeId)]);
  return { first, last, all };
}

/** Sends back what it gets. */
export function echo(stream: MeshStream): void {
  stream.on('error', () => undefined);
  stream.pipe(stream);
}
