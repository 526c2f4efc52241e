import type { LinkTransport } from '@receptorjs/netceptor';
import { text, validateArgument } from '@receptorjs/validation';
import type { SimulatedMesh } from './simulated-mesh.js';
import type { SimulatedNode } from './simulated-node.js';

/** A routing update, as its JSON is. Epochs and sequences of a foreign node are small enough for numbers, others' are not. */
interface Update {
  readonly NodeID: string;
  readonly UpdateID: string;
  readonly UpdateEpoch: bigint;
  readonly UpdateSequence: bigint;
  readonly Connections: Readonly<Record<string, number>>;
  readonly ForwardingNode: string;
  readonly SuspectedDuplicate: bigint;
}

/** What a foreign node knows of another. */
export interface KnownNode {
  readonly epoch: bigint;
  readonly sequence: bigint;
  /** Cost of each of its links, by peer. */
  readonly connections: Readonly<Record<string, number>>;
}

/** Where messages for the other end of a link go. */
interface Peer {
  readonly nodeId: string;
  send(message: Buffer): void;
}

const ROUTING_UPDATE = 1;
const REJECT = 3;
const UPDATE_PERIOD_MS = 10_000;
const REST_MS = 100;

/**
 * A node that behaves as the original does where routes are concerned: it sends a new neighbor nothing about others, floods
 * what it hears first, and keeps of each node what it hears last, if that is of a younger start. It makes no routes and
 * carries no data. It alone writes its fields.
 */
export class ForeignNode {
  readonly nodeId: string;
  readonly epoch: bigint;
  readonly #mesh: SimulatedMesh;
  readonly #known = new Map<string, KnownNode>();
  readonly #seen = new Set<string>();
  readonly #peers = new Map<string, Peer>();
  #sequence = 0n;
  #isRunning = true;
  #willFlood = false;

  /** @param epoch - Of its start; greater ones are younger. */
  constructor(mesh: SimulatedMesh, nodeId: string, epoch: bigint) {
    validateArgument('new ForeignNode', 'nodeId', nodeId, text);
    this.#mesh = mesh;
    this.nodeId = nodeId;
    this.epoch = epoch;
    this.#floodNow();
  }

  /** Whether it is started and not stopped since. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** What it knows of a node; undefined for one it has never heard of. */
  known(nodeId: string): KnownNode | undefined {
    return this.#known.get(nodeId);
  }

  /** Links it to a node with the real core or to another foreign one; messages take so many milliseconds in each direction. */
  link(other: SimulatedNode | ForeignNode, { latencyMs = 1 }: { latencyMs?: number } = {}): void {
    if (other instanceof ForeignNode) this.#linkForeign(other, latencyMs);
    else this.#linkReal(other, latencyMs);
  }

  /** Floods its own update now, whatever it has done a moment ago. */
  announce(): void {
    this.#flood(this.#ownUpdate());
  }

  /** Ends it without a word. */
  stop(): void {
    this.#isRunning = false;
  }

  #linkForeign(other: ForeignNode, latencyMs: number): void {
    const towards = (from: ForeignNode, to: ForeignNode): Peer => ({
      nodeId: to.nodeId,
      send: (message) =>
        this.#mesh.at(this.#mesh.now + latencyMs, () => to.#receive(message, from.nodeId)),
    });
    this.#join(towards(this, other));
    other.#join(towards(other, this));
  }

  #linkReal(node: SimulatedNode, latencyMs: number): void {
    const mesh = this.#mesh;
    const transport: LinkTransport = {
      description: `simulated ${node.nodeId} ${this.nodeId}`,
      sendControl: (message) =>
        mesh.at(mesh.now + latencyMs, () => this.#receive(message, node.nodeId)),
      sendData: () => undefined,
      reserve: () => undefined,
      commit: () => undefined,
      close: () => mesh.at(mesh.now + latencyMs, () => this.#peers.delete(node.nodeId)),
    };
    const session = node.core.addLink(mesh.now, transport, {});
    this.#join({
      nodeId: node.nodeId,
      send: (message) =>
        mesh.at(mesh.now + latencyMs, () => {
          session.handleMessage(mesh.now, message, 0, message.length);
        }),
    });
    mesh.at(mesh.now + latencyMs, () => this.#floodSoon());
  }

  #join(peer: Peer): void {
    peer.send(this.#encode(this.#ownUpdate()));
    this.#peers.set(peer.nodeId, peer);
    this.#floodSoon();
  }

  #receive(message: Buffer, from: string): void {
    if (!this.#isRunning || !this.#peers.has(from)) return;
    if (message[0] === REJECT) this.#peers.delete(from);
    if (message[0] === ROUTING_UPDATE) this.#handle(decode(message), from);
  }

  #handle(update: Update, from: string): void {
    const { NodeID: nodeId, UpdateEpoch: epoch, SuspectedDuplicate: suspected } = update;
    if (nodeId === this.nodeId) {
      if (epoch === this.epoch) return;
      if (suspected === this.epoch) this.stop();
      else if (epoch > this.epoch) this.#flood(this.#ownUpdate(epoch));
      return;
    }
    if (this.#seen.has(update.UpdateID)) return;
    this.#seen.add(update.UpdateID);
    const known = this.#known.get(nodeId);
    const sequence = update.UpdateSequence;
    if (suspected !== 0n) {
      if (known?.epoch === suspected) this.#known.set(nodeId, { ...known, epoch, sequence });
    } else {
      if (known === undefined) this.#floodSoon();
      else if (epoch < known.epoch || (epoch === known.epoch && sequence <= known.sequence)) return;
      this.#known.set(nodeId, { epoch, sequence, connections: update.Connections });
    }
    this.#flood({ ...update, ForwardingNode: this.nodeId }, from);
  }

  #ownUpdate(suspected = 0n): Update {
    this.#sequence++;
    return {
      NodeID: this.nodeId,
      UpdateID: Math.floor(this.#mesh.random() * 36 ** 8).toString(36),
      UpdateEpoch: this.epoch,
      UpdateSequence: this.#sequence,
      Connections: Object.fromEntries([...this.#peers.keys()].map((peer) => [peer, 1])),
      ForwardingNode: this.nodeId,
      SuspectedDuplicate: suspected,
    };
  }

  #flood(update: Update, except?: string): void {
    if (!this.#isRunning) return;
    const message = this.#encode(update);
    for (const peer of this.#peers.values()) if (peer.nodeId !== except) peer.send(message);
  }

  #floodSoon(): void {
    if (this.#willFlood) return;
    this.#willFlood = true;
    this.#mesh.at(this.#mesh.now + REST_MS, () => {
      this.#willFlood = false;
      this.announce();
    });
  }

  #floodNow(): void {
    if (!this.#isRunning) return;
    this.announce();
    this.#mesh.at(this.#mesh.now + UPDATE_PERIOD_MS, () => this.#floodNow());
  }

  #encode(update: Update): Buffer {
    const json = JSON.stringify(update, (_, value: unknown) =>
      typeof value === 'bigint' ? `\u0000${value}` : value,
    );
    return Buffer.from(`\x01${json.replace(/"\\u0000(\d+)"/g, '$1')}`);
  }
}

function decode(message: Buffer): Update {
  const json = message
    .toString('utf8', 1)
    .replace(/("(?:UpdateEpoch|UpdateSequence|SuspectedDuplicate)":)(\d+)/g, '$1"$2"');
  const { UpdateEpoch, UpdateSequence, SuspectedDuplicate, ...others } = JSON.parse(json) as Omit<
    Update,
    'UpdateEpoch' | 'UpdateSequence' | 'SuspectedDuplicate'
  > &
    Readonly<Record<'UpdateEpoch' | 'UpdateSequence' | 'SuspectedDuplicate', string>>;
  return {
    ...others,
    UpdateEpoch: BigInt(UpdateEpoch),
    UpdateSequence: BigInt(UpdateSequence),
    SuspectedDuplicate: BigInt(SuspectedDuplicate),
  };
}
