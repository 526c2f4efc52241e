import { ControlClient, isJsonObject } from '@receptorjs/control-client';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlWay } from './control-way.js';
import { NodeRunError, reasonOf } from './errors.js';

/** Milliseconds to connect and be greeted. */
const CONNECT_MS = 10_000;

/** Milliseconds between questions whether the node that hands jobs on knows the target. */
const ROUTE_LOOK_MS = 200;

/** A node of this machine, by its control socket: it takes the job and hands it on. */
export class LocalNode implements ControlWay {
  readonly confirmMs = Number.POSITIVE_INFINITY;

  private constructor(private readonly path: string) {}

  /**
   * Connects, and waits until the node knows the target.
   *
   * @throws NodeRunError `no-peer`, `peer-timeout`; the signal's reason
   */
  static async open(
    path: string,
    { target, timeoutMs, signal }: { target: string; timeoutMs: number; signal: AbortSignal },
  ): Promise<LocalNode> {
    const node = new LocalNode(path);
    let client: ControlClient;
    try {
      client = await node.connect(signal);
    } catch (cause) {
      signal.throwIfAborted();
      const text = `Cannot connect to peer unix:${path}: ${reasonOf(cause)}`;
      throw new NodeRunError('no-peer', text, { cause });
    }
    try {
      await findTarget(client, target, timeoutMs, signal);
    } finally {
      client.close();
    }
    return node;
  }

  connect(signal: AbortSignal): Promise<ControlClient> {
    return ControlClient.connect({ kind: 'unix', path: this.path }, { signal, timeoutMs: CONNECT_MS });
  }

  isFinal(): boolean {
    return false;
  }

  workTypes(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  onReachable(): () => void {
    return () => undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function findTarget(
  client: ControlClient,
  target: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const here = await client.nodeId();
  if (target === here || target.toLowerCase() === 'localhost') return;
  const begun = performance.now();
  for (;;) {
    const { RoutingTable: ways = null } = await client.status(['RoutingTable'], { signal });
    if (isJsonObject(ways) && Object.hasOwn(ways, target)) return;
    if (performance.now() - begun > timeoutMs)
      throw new NodeRunError(
        'peer-timeout',
        `Timed out waiting for peer ${target}: ${here} knew no way to it within ${timeoutMs / 1000} s`,
      );
    await delay(ROUTE_LOOK_MS, undefined, { signal });
  }
}
