import { ControlClient } from '@receptorjs/control-client';
import { isJsonObject } from '@receptorjs/control-protocol';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlTransport } from './control-transport.js';
import { NodeRunError, reasonOf } from '../errors.js';
import { limitText, reportWaiting, type OnWaiting } from './waiting.js';

/** Milliseconds to connect and be greeted. */
const CONNECT_MS = 10_000;

/** Milliseconds between questions whether the node that hands jobs on knows the target. */
const ROUTE_LOOK_MS = 200;

/** Which node is wanted, and for how long it is waited. */
export interface LocalNodeOptions {
  readonly target: string;
  /** Milliseconds until a route to it is known. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onWaiting?: OnWaiting | undefined;
}

/** A node of this machine, by its control socket: it takes the job and hands it on. */
export class LocalNode implements ControlTransport {
  private constructor(
    private readonly path: string,
    private readonly target: string,
    readonly handsOn: boolean,
  ) {}

  /**
   * Connects, and waits until the node knows the target.
   *
   * @throws {NodeRunError} `no-peer`, `peer-timeout`; the signal's reason
   */
  static async open(
    path: string,
    { target, timeoutMs, signal, onWaiting }: LocalNodeOptions,
  ): Promise<LocalNode> {
    let client: ControlClient;
    try {
      client = await reportWaiting(`the node behind unix:${path} to answer`, onWaiting, () =>
        connect(path, signal),
      );
    } catch (cause) {
      signal.throwIfAborted();
      const text = `Cannot connect to peer unix:${path}: ${reasonOf(cause)}`;
      throw new NodeRunError('no-peer', text, { cause });
    }
    try {
      const here = await client.nodeId();
      const handsOn = target !== here && target.toLowerCase() !== 'localhost';
      if (handsOn)
        await reportWaiting(
          `${here} to know a route to ${target} (up to ${limitText(timeoutMs)})`,
          onWaiting,
          () => findTarget(client, target, timeoutMs, signal),
        );
      return new LocalNode(path, target, handsOn);
    } finally {
      client.close();
    }
  }

  connect(signal: AbortSignal): Promise<ControlClient> {
    return connect(this.path, signal);
  }

  isFinal(): boolean {
    return false;
  }

  async isReachable(): Promise<boolean> {
    if (!this.handsOn) return true;
    const client = await connect(this.path, AbortSignal.timeout(CONNECT_MS));
    try {
      return await knowsRoute(client, this.target);
    } finally {
      client.close();
    }
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

function connect(path: string, signal: AbortSignal): Promise<ControlClient> {
  return ControlClient.connect({ kind: 'unix', path }, { signal, timeoutMs: CONNECT_MS });
}

async function knowsRoute(
  client: ControlClient,
  target: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { RoutingTable: routes = null } = await client.status(['RoutingTable'], { signal });
  return isJsonObject(routes) && Object.hasOwn(routes, target);
}

async function findTarget(
  client: ControlClient,
  target: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  for (;;) {
    if (await knowsRoute(client, target, signal)) return;
    if (performance.now() - begun > timeoutMs)
      throw new NodeRunError(
        'peer-timeout',
        `Timed out waiting for peer ${target}: ${await client.nodeId()} knew no route to it within ${timeoutMs / 1000} s`,
      );
    await delay(ROUTE_LOOK_MS, undefined, { signal });
  }
}
