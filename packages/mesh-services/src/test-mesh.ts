import { once } from 'node:events';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { afterEach } from 'vitest';
import type { Logger } from '@receptorjs/primitives';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the test, the last one first. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** Closes what was started after the test. */
export async function kept<T extends { close(): unknown }>(starting: T | Promise<T>): Promise<T> {
  const started = await starting;
  afterTest(() => started.close());
  return started;
}

/** A node with streams. */
export interface Member {
  readonly node: MeshNode;
  readonly streams: StreamHost;
}

export function member(nodeId: string): Member {
  const node = new MeshNode({ nodeId });
  const streams = new StreamHost(node);
  afterTest(async () => {
    await streams.close();
    await node.close();
  });
  return { node, streams };
}

/** Resolves when there is a route to the node. */
export async function reach({ node }: Member, nodeId: string): Promise<void> {
  while (!node.isReachable(nodeId)) await once(node, 'route');
}

/** Two nodes joined over TCP, with routes to each other. */
export async function pair(): Promise<{ near: Member; far: Member }> {
  const [near, far] = [member('near'), member('far')];
  const listener = await listenTcp(far.node, { host: '127.0.0.1', port: 0 });
  await dialTcp(near.node, listener.address);
  await Promise.all([reach(near, 'far'), reach(far, 'near')]);
  return { near, far };
}

/** A logger whose lines can be waited for. */
export class LineLog implements Logger {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  readonly error = (line: string): void => this.#add('error', line);
  readonly warning = (line: string): void => this.#add('warning', line);
  readonly info = (line: string): void => this.#add('info', line);
  readonly debug = (line: string): void => this.#add('debug', line);

  /** Resolves with the first line that matches, level first. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #add(level: string, line: string): void {
    this.lines.push(`${level} ${line}`);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** The port of `host:port`. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
