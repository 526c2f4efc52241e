import { FirstFields } from '../../wire/first-fields.js';
import { MESSAGE_TYPE } from '../../wire/message-type.js';
import { formatRfc3339, parseRfc3339 } from '../../wire/rfc3339.js';
import {
  encodeServiceAdvertisement,
  type ConnectionType,
  type ServiceAdvertisement,
  type WorkCommand,
} from '../../wire/service-advertisement.js';
import { isNodeId } from '../../wire/node-id.js';
import { Coalescer } from '../links/coalescer.js';
import type { Environment } from '../environment.js';
import type { EmitEvent } from '../events.js';
import type { Neighbor, Neighbors } from '../links/neighbors.js';
import { ReceivedAdvertisements, type ReceivedAdvertisement } from './received-advertisements.js';

/** Shortest time between two rounds of one's own advertisements. */
const COALESCE_MS = 100;
/** Time between rounds while nothing changes. */
const PERIOD_MS = 60_000;
/** An advertisement of another node that is not renewed for so long is dropped: three rounds and a half. */
const EXPIRE_AFTER_MS = 210_000;
/** The same for one of a node that is not known, and so does not exist or is about to be known. */
const EXPIRE_UNKNOWN_AFTER_MS = 45_000;
/** The most bytes of advertisements sent to a new neighbor. */
const MAX_SYNC_BYTES = 524_288;

/** What a node says about its service. */
export interface ServiceDescription {
  readonly connectionType: ConnectionType;
  readonly tags: Readonly<Record<string, string>> | null;
  /** Only a control service has these. */
  readonly workCommands?: readonly WorkCommand[];
}

interface OwnService {
  readonly description: ServiceDescription;
  /** What was last said about it; undefined before any neighbor heard of it. */
  message: Buffer | undefined;
}

/** The services of this node and, by advertisement, of all others. It alone writes its fields. */
export class Advertisements {
  readonly #nodeId: string;
  readonly #neighbors: Neighbors;
  readonly #environment: Environment;
  readonly #emit: EmitEvent;
  readonly #own = new Map<string, OwnService>();
  /** A withdrawn service stays as a mark against older advertisements until it expires. */
  readonly #received = new ReceivedAdvertisements();
  readonly #fields = new FirstFields(MESSAGE_TYPE.serviceAdvertisement, 'Service');
  readonly #announcement: Coalescer;
  #lastTime = 0n;

  constructor(
    now: number,
    nodeId: string,
    neighbors: Neighbors,
    environment: Environment,
    emit: EmitEvent,
  ) {
    this.#nodeId = nodeId;
    this.#neighbors = neighbors;
    this.#environment = environment;
    this.#emit = emit;
    this.#announcement = new Coalescer(now, COALESCE_MS, PERIOD_MS);
  }

  /** When {@link handleTimeout} is to be called next. */
  get dueAt(): number {
    return this.#announcement.dueAt;
  }

  /** Advertises a service of this node, or changes what is said about it. */
  advertise(now: number, service: string, description: ServiceDescription): void {
    this.#own.set(service, { description, message: undefined });
    this.#announcement.request(now);
  }

  /** Withdraws a service of this node at once. */
  withdraw(service: string): void {
    const own = this.#own.get(service);
    if (own === undefined) return;
    this.#own.delete(service);
    this.#neighbors.flood(
      encodeServiceAdvertisement({
        ...this.#describe(service, own.description),
        tags: null,
        workCommands: null,
        cancel: true,
      }),
    );
  }

  /** How many of other nodes are kept, withdrawals included. */
  get size(): number {
    return this.#received.size;
  }

  /** Whether the message `chunk[start..end)` is, byte for byte, the last taken of its service, as most copies in a flood are. */
  isRepeat(chunk: Buffer, start: number, end: number): boolean {
    if (!this.#fields.find(chunk, start, end)) return false;
    const known = this.#received.withHash(this.#fields.bothHash)?.message;
    return known?.length === end - start && known.compare(chunk, start, end) === 0;
  }

  /** Takes an advertisement from a neighbor; `message` is its bytes, which are handed on as they are. */
  handle(now: number, advertisement: ServiceAdvertisement, message: Buffer, from: string): void {
    const { nodeId, service, cancel } = advertisement;
    const time = parseRfc3339(advertisement.time);
    if (nodeId === this.#nodeId || !isNodeId(nodeId) || time === undefined) return;
    const known = this.#received.get(nodeId, service);
    if (known !== undefined && time <= known.time) return;
    const copy = Buffer.from(message);
    const gone = this.#received.set({
      advertisement,
      time,
      message: copy,
      heardAt: now,
      via: from,
    });
    // What is not remembered is not handed on: it would count as new each time it comes round.
    if (gone === undefined) return;
    if (!cancel || known?.advertisement.cancel === false) {
      this.#emit({ type: 'advertisement', nodeId, service, withdrawn: cancel });
    }
    for (const item of gone) this.#emitGone(item);
    this.#neighbors.flood(copy, from);
  }

  /**
   * Sends a new neighbor the services of this node, and, where it is synced, those of all others.
   *
   * @internal
   */
  linkUp(neighbor: Neighbor, isSynced: boolean): void {
    for (const [service, own] of this.#own) {
      // The same words to every neighbor: they are new to the mesh only once.
      own.message ??= encodeServiceAdvertisement(this.#describe(service, own.description));
      neighbor.transport.sendControl(own.message);
    }
    if (!isSynced) return;
    let budget = MAX_SYNC_BYTES;
    for (const { message, advertisement } of this.#received.values()) {
      if (advertisement.cancel || advertisement.nodeId === neighbor.nodeId) continue;
      budget -= message.length;
      if (budget < 0) return;
      neighbor.transport.sendControl(message);
    }
  }

  /** Announces the own services when that is due. */
  handleTimeout(now: number): void {
    if (!this.#announcement.take(now)) return;
    if (this.#neighbors.size === 0) return;
    for (const [service, own] of this.#own) {
      own.message = encodeServiceAdvertisement(this.#describe(service, own.description));
      if (this.#neighbors.flood(own.message)) continue;
      this.#environment.log.error(`The advertisement of service ${service} is too long to be sent`);
    }
  }

  /** Drops what was not renewed. */
  expire(now: number, isKnown: (nodeId: string) => boolean): void {
    for (const item of this.#received.values()) {
      const { heardAt, advertisement } = item;
      if (now - heardAt <= EXPIRE_UNKNOWN_AFTER_MS) continue;
      if (now - heardAt > EXPIRE_AFTER_MS || !isKnown(advertisement.nodeId)) this.#drop(item);
    }
  }

  /** Drops all services of nodes. */
  forget(nodeIds: Iterable<string>): void {
    for (const nodeId of nodeIds) {
      for (const item of this.#received.of(nodeId)) this.#drop(item);
    }
  }

  /** What a node, this one or another, says about a service; undefined for nothing. */
  find(nodeId: string, service: string): ServiceAdvertisement | undefined {
    if (nodeId === this.#nodeId) {
      const own = this.#own.get(service);
      return own === undefined ? undefined : this.#describe(service, own.description);
    }
    const advertisement = this.#received.get(nodeId, service)?.advertisement;
    return advertisement?.cancel === false ? advertisement : undefined;
  }

  /** All services known, the own ones first. */
  list(): ServiceAdvertisement[] {
    const own = [...this.#own].map(([service, { description }]) =>
      this.#describe(service, description),
    );
    const received = [...this.#received.values()].map(({ advertisement }) => advertisement);
    return [...own, ...received.filter(({ cancel }) => !cancel)];
  }

  #drop(item: ReceivedAdvertisement): void {
    this.#received.delete(item);
    this.#emitGone(item);
  }

  #emitGone({ advertisement: { nodeId, service, cancel } }: ReceivedAdvertisement): void {
    if (!cancel) this.#emit({ type: 'advertisement', nodeId, service, withdrawn: true });
  }

  #describe(service: string, description: ServiceDescription): ServiceAdvertisement {
    const { connectionType, tags, workCommands } = description;
    return {
      nodeId: this.#nodeId,
      service,
      time: formatRfc3339(this.#time()),
      connectionType,
      tags,
      workCommands: workCommands === undefined || workCommands.length === 0 ? null : workCommands,
      cancel: false,
    };
  }

  /** The wall clock in nanoseconds, never the same twice, never backwards: of two advertisements the later one wins. */
  #time(): bigint {
    const wall = BigInt(Math.floor(this.#environment.wallTime() * 1000)) * 1000n;
    this.#lastTime = wall > this.#lastTime ? wall : this.#lastTime + 1000n;
    return this.#lastTime;
  }
}
