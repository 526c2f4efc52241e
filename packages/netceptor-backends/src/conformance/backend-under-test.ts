import type { LinkOptions, MeshNode } from '@receptorjs/netceptor';
import type { Relay } from './relay.js';

/** What the suite needs of a test framework; vitest, jest and node:test have it. */
export interface TestFrame {
  /** Groups tests. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Adds a test; `timeoutMs` is for frameworks with a time limit of their own. */
  readonly it: (name: string, body: () => Promise<void>, timeoutMs?: number) => unknown;
}

/** One end of links, as a backend under test opens it. */
export interface BackendEnd {
  /** Ends its links and takes or dials no more; resolves when all are closed. */
  close(): Promise<void>;
}

/** A listener of the backend under test, and the address that dialers dial. */
export interface ListeningEnd<Address> {
  readonly end: BackendEnd;
  readonly address: Address;
}

/** A peer without a node behind it, which sends messages of its own making. */
export interface Speaker {
  /** Sends a message in the framing of the backend. */
  send(message: Buffer): void;
  /** Closes its connection. */
  close(): void;
}

/** How the suite opens links over a backend on this machine. `Address` is what the backend listens on: a port, a path. */
export interface BackendUnderTest<Address> {
  /** Whether messages are lost where the receiver is too slow, and nothing says that a peer is gone. */
  readonly isLossy: boolean;
  /** The longest message it can be made to carry, in bytes, its own framing aside. */
  readonly longest: number;
  /** Listens on an address, any free one when undefined. */
  listen(
    node: MeshNode,
    address: Address | undefined,
    options: LinkOptions,
  ): Promise<ListeningEnd<Address>>;
  /** Dials, with redial. */
  dial(node: MeshNode, address: Address, options: LinkOptions): Promise<BackendEnd>;
  /** Puts a relay in front of an address. */
  relay(address: Address): Promise<Relay<Address>>;
  /** Connects without a node. */
  speak(address: Address): Promise<Speaker>;
  /** Sends bytes to the address that know nothing of the backend; resolves when they are sent. */
  sendGarbage(address: Address, bytes: Buffer): Promise<void>;
}
