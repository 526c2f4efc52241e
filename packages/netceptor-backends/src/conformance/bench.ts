import { once } from 'node:events';
import { MeshNode, type LinkOptions } from '@receptorjs/netceptor';
import type { BackendEnd, BackendUnderTest, TestFrame } from './backend-under-test.js';
import type { Relay } from './relay.js';

/** How long a test may take, in milliseconds: a multiple of what it takes on a machine that does nothing else. */
const TEST_MS = 30_000;

/** What a link queues for a peer is less, in bytes: its bounds and what the carrier holds. */
export const MAX_QUEUED = 64 << 20;

/** Two linked nodes. */
export interface Pair<Address> {
  readonly a: MeshNode;
  readonly b: MeshNode;
  readonly listener: BackendEnd;
  readonly dialer: BackendEnd;
  /** Where `a` listens. */
  readonly address: Address;
}

/** Two nodes linked through a relay. */
export interface RelayedPair<Address> {
  readonly a: MeshNode;
  readonly b: MeshNode;
  readonly relay: Relay<Address>;
}

/** Adds a test, which gets a bench of its own. */
export type AddTest<Address> = (
  name: string,
  body: (bench: Bench<Address>) => Promise<void>,
) => void;

/** Adds tests to a framework whose benches are closed after each. */
export function testsOn<Address>(
  { it }: Pick<TestFrame, 'it'>,
  backend: BackendUnderTest<Address>,
): AddTest<Address> {
  return (name, body) =>
    void it(
      name,
      async () => {
        const bench = new Bench(backend);
        try {
          await body(bench);
        } finally {
          await bench.close();
        }
      },
      TEST_MS,
    );
}

/** The nodes and links of one test over a backend. It alone writes its fields. */
export class Bench<Address> {
  readonly backend: BackendUnderTest<Address>;
  readonly #nodes: MeshNode[] = [];
  readonly #cleanups: (() => Promise<void> | void)[] = [];

  constructor(backend: BackendUnderTest<Address>) {
    this.backend = backend;
  }

  node(nodeId: string, maxIdleConnectionTimeoutMs?: number): MeshNode {
    const made = new MeshNode({ nodeId, maxIdleConnectionTimeoutMs });
    this.#nodes.push(made);
    return made;
  }

  /** A listens, b dials; they may not be linked yet. */
  async pair(
    listenOptions: LinkOptions = {},
    dialOptions: LinkOptions = {},
  ): Promise<Pair<Address>> {
    const [a, b] = [this.node('a'), this.node('b')];
    const { end: listener, address } = await this.backend.listen(a, undefined, listenOptions);
    const dialer = await this.backend.dial(b, address, dialOptions);
    return { a, b, listener, dialer, address };
  }

  /**
   * Two nodes that have found each other through a relay.
   *
   * @param idleMs - How long their links may be silent; default: as long as a node's do.
   */
  async relayed(idleMs?: number): Promise<RelayedPair<Address>> {
    const [a, b] = [this.node('a', idleMs), this.node('b', idleMs)];
    const { address } = await this.backend.listen(a, undefined, {});
    const relay = await this.backend.relay(address);
    this.afterwards(() => relay.close());
    await this.backend.dial(b, relay.address, {});
    await linked(a, b);
    return { a, b, relay };
  }

  /** Runs after the test, in front of the nodes' end. */
  afterwards(cleanup: () => Promise<void> | void): void {
    this.#cleanups.push(cleanup);
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
    await Promise.all(this.#nodes.splice(0).map((each) => each.close()));
  }
}

/** Resolves when each of two nodes has a route to the other. */
export async function linked(a: MeshNode, b: MeshNode): Promise<void> {
  await Promise.all([a.reachable(b.nodeId), b.reachable(a.nodeId)]);
}

/** Resolves when both nodes have lost a link. */
export async function bothDown(a: MeshNode, b: MeshNode): Promise<void> {
  await Promise.all([once(a, 'link-down'), once(b, 'link-down')]);
}
