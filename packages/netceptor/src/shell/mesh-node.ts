import { EventEmitter } from 'node:events';
import {
  arrayOf,
  callback,
  logger,
  number,
  object,
  optional,
  text,
  validateArgument,
  validateOptions,
  type OptionChecks,
} from '@receptorjs/validation';
import { NetceptorCore, type CoreSizes, type MeshStatus } from '../core/core.js';
import type { ServiceDescription } from '../core/routing/advertisements.js';
import type { CoreEvent, LinkFailure } from '../core/events.js';
import { guardedLog } from '../core/guarded-log.js';
import type { LinkInfo } from '../core/links/link-info.js';
import { checkLinkOptions, type LinkOptions } from '../core/links/link-options.js';
import type { DropReason } from '../core/data/drop-counts.js';
import type { Firewall } from '../core/data/firewall.js';
import type { FirewallRule } from '../core/data/firewall-rules.js';
import type { LinkTransport } from '../core/links/link-transport.js';
import type { ServiceAdvertisement } from '../wire/service-advertisement.js';
import { MeshError } from '../errors.js';
import { silentLogger, type Logger } from '@receptorjs/primitives';
import { DatagramSocket } from './datagram-socket.js';
import { LinkFailures } from './link-failures.js';
import { MovableTimer } from './movable-timer.js';
import {
  ping,
  pingChecks,
  traceroute,
  type PingOptions,
  type PingReply,
  type TracerouteHop,
} from './ping.js';
import { reachableChecks, waitForRoute, type ReachableOptions } from './reachable.js';
import { RouteLog } from './route-log.js';
import { inSteps } from './in-steps.js';

/** How a node is set up. */
export interface MeshNodeOptions {
  readonly nodeId: string;
  /** A link with nothing received for so many milliseconds is dropped; default 21,000. */
  readonly maxIdleConnectionTimeoutMs?: number;
  /** Default: none, which accepts everything. `parseFirewallRules` makes them out of a configuration. */
  readonly firewallRules?: readonly FirewallRule[];
  /** Is given one line for each message that is received, sent, handed on or refused; default: none is written. */
  readonly trace?: ((line: string) => void) | undefined;
  /** Default: writes nothing. */
  readonly log?: Logger;
}

const meshNodeChecks: OptionChecks<MeshNodeOptions> = {
  nodeId: text,
  maxIdleConnectionTimeoutMs: optional(number),
  firewallRules: optional(arrayOf(object)),
  trace: optional(callback),
  log: optional(logger),
};

/** The events of a node. */
export interface MeshNodeEvents {
  /** A link has been established. */
  'link-up': [link: { readonly nodeId: string; readonly cost: number }];
  /** A link did not come about: its connection was not made, or one end did not take the other. A dialer goes on. */
  'link-failed': [failure: LinkFailure];
  /** An established link is gone. */
  'link-down': [link: { readonly nodeId: string; readonly reason: string }];
  /** The route to a node changed; `via` is undefined when the node can't be reached any more. */
  route: [route: { readonly nodeId: string; readonly via: string | undefined }];
  /** A node came back with a younger epoch: what it had before is gone. */
  'node-restarted': [nodeId: string];
  /** A service of another node was advertised or withdrawn. */
  advertisement: [
    change: { readonly nodeId: string; readonly service: string; readonly withdrawn: boolean },
  ];
  /** A backlogged link takes data again: paths that had no room may have. */
  drain: [];
  /** The ID of this node was in use before it came: the node has closed itself. */
  'duplicate-node': [];
  close: [];
}

/** What a backend calls with what arrives on a link. */
export interface LinkReceiver {
  /** Whether the peer has named itself and been accepted, at any time. */
  readonly wasEstablished: boolean;
  /** Whether one end has rejected the other, rather than a link that stood. */
  readonly wasRefused: boolean;
  /**
   * Takes the whole message `chunk[start..end)`, of which the node keeps nothing: the bytes, which it may have changed, are the
   * backend's again when the call returns.
   */
  message(chunk: Buffer, start: number, end: number): void;
  /** The link takes data again after it was backlogged. */
  drained(): void;
  /** The link is closed; call it once. */
  closed(reason: string): void;
}

/** An advertised service. */
export interface Advertisement {
  /** Changes what is said about the service. */
  update(description: ServiceDescription): void;
  /** Advertises to the mesh that the service is gone. More calls do nothing. */
  withdraw(): void;
}

/**
 * A node of the mesh: owns clock, timers and randomness, and leaves every decision to the sans-IO core. It alone
 * writes its fields.
 */
export class MeshNode extends EventEmitter<MeshNodeEvents> {
  readonly nodeId: string;
  /** Where the node writes, and its backends. */
  readonly log: Logger;
  readonly #core: NetceptorCore;
  readonly #timer = new MovableTimer(() => this.#handleTimeout());
  readonly #transports = new Set<LinkTransport>();
  readonly #sockets = new Set<DatagramSocket>();
  readonly #failures = new LinkFailures();
  readonly #routeLog: RouteLog;
  /** The status that is being put together. */
  #status: Promise<MeshStatus> | undefined;
  #settling = false;
  #closed = false;
  /** Settles when the links are closed; set by the first {@link close}. */
  #closing: Promise<void> | undefined;
  /** Set while {@link close} waits for the links. */
  #lastClosed: (() => void) | undefined;

  /**
   * @throws {MeshError} `invalid-node-id`, `invalid-firewall-rule`
   * @throws {TypeError} `invalid-argument`
   */
  constructor(options: MeshNodeOptions) {
    super();
    validateOptions<MeshNodeOptions>('new MeshNode', options, meshNodeChecks);
    const {
      nodeId,
      maxIdleConnectionTimeoutMs,
      firewallRules = [],
      trace,
      log = silentLogger,
    } = options;
    this.setMaxListeners(0);
    this.nodeId = nodeId;
    this.log = guardedLog(log, Date.now);
    this.#routeLog = new RouteLog(log);
    this.#core = new NetceptorCore(performance.now(), {
      nodeId,
      firewallRules,
      trace,
      environment: { random: Math.random, wallTime: Date.now, log },
      maxIdleMs: maxIdleConnectionTimeoutMs,
    });
    this.#settle();
  }

  /** Whether {@link close} was called, or the node has closed itself. */
  get closed(): boolean {
    return this.#closed;
  }

  /** How many datagram services are open. */
  get openServices(): number {
    return this.#sockets.size;
  }

  /** How much the node remembers of the mesh. */
  get sizes(): CoreSizes {
    return this.#core.sizes;
  }

  /** The epoch of this start of the node. */
  get epoch(): bigint {
    return this.#core.epoch;
  }

  /**
   * Takes over a link that a backend has opened. The backend then calls the receiver returned.
   *
   * @throws {MeshError} `invalid-cost`, `shutdown`
   */
  attachLink(transport: LinkTransport, options: LinkOptions = {}): LinkReceiver {
    this.#checkOpen();
    const session = this.#core.addLink(performance.now(), transport, options);
    this.#transports.add(transport);
    this.#settle();
    return {
      get wasEstablished() {
        return session.wasEstablished;
      },
      get wasRefused() {
        return session.wasRefused;
      },
      message: (chunk, start, end) => {
        session.handleMessage(performance.now(), chunk, start, end);
        this.#settleSoon();
      },
      drained: () => void this.emit('drain'),
      closed: (reason) => {
        this.#transports.delete(transport);
        if (this.#transports.size === 0) this.#lastClosed?.();
        session.handleClosed(performance.now(), reason);
        this.#settle();
      },
    };
  }

  /**
   * Checks the options of links yet to come, so that a backend can refuse them when it starts.
   *
   * @throws {MeshError} `invalid-cost`, `shutdown`
   */
  checkLinkOptions(options: LinkOptions): void {
    this.#checkOpen();
    checkLinkOptions(options);
  }

  /**
   * Opens a datagram service; without a name one with an unused random name.
   *
   * @throws {MeshError} `service-in-use`, `invalid-service-name`, `shutdown`
   */
  openDatagram(service?: string): DatagramSocket {
    validateArgument('node.openDatagram', 'service', service, optional(text));
    this.#checkOpen();
    const socket = new DatagramSocket(this.#core.dataPlane, service);
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  /**
   * Advertises a service of this node to the whole mesh, at once and then every minute.
   *
   * @throws {MeshError} `shutdown`
   */
  advertise(service: string, description: ServiceDescription): Advertisement {
    validateArgument('node.advertise', 'service', service, text);
    validateArgument('node.advertise', 'description', description, object);
    this.#checkOpen();
    const { advertisements } = this.#core;
    const update = (next: ServiceDescription): void => {
      if (this.#closed) return;
      advertisements.advertise(performance.now(), service, next);
      this.#settle();
    };
    update(description);
    return {
      update,
      withdraw: () => {
        if (!this.#closed) advertisements.withdraw(service);
      },
    };
  }

  /**
   * Pings a node.
   *
   * @throws {MeshError} `no-route`, `service-unknown`, `message-expired`, `blocked-by-firewall`, `timeout`,
   *   `canceled`, `shutdown`
   */
  async ping(target: string, options: PingOptions = {}): Promise<PingReply> {
    validateArgument('node.ping', 'target', target, text);
    validateOptions<PingOptions>('node.ping', options, pingChecks);
    return ping(this.openDatagram(), this.nodeId, target, options);
  }

  /** Finds the nodes on the path to a node: yields each in turn, the target last. A step that fails ends it with its error. */
  traceroute(
    target: string,
    options: Omit<PingOptions, 'hopsToLive'> = {},
  ): AsyncGenerator<TracerouteHop, void, undefined> {
    validateArgument('node.traceroute', 'target', target, text);
    const { hopsToLive: _, ...checks } = pingChecks;
    validateOptions<Omit<PingOptions, 'hopsToLive'>>('node.traceroute', options, checks);
    return traceroute(() => this.openDatagram(), this.nodeId, target, options);
  }

  /** The node's own name for a target: `localhost` in any case is this node. */
  resolve(nodeId: string): string {
    return this.#core.dataPlane.resolve(nodeId);
  }

  /** Whether there is a route to a node now. */
  isReachable(nodeId: string): boolean {
    return this.#core.isReachable(nodeId);
  }

  /**
   * Resolves when there is a route to a node, at once where there is one already.
   *
   * @throws {MeshError} `timeout`, which says which links failed; `canceled`, `shutdown`
   */
  async reachable(nodeId: string, options: ReachableOptions = {}): Promise<void> {
    validateArgument('node.reachable', 'nodeId', nodeId, text);
    validateOptions<ReachableOptions>('node.reachable', options, reachableChecks);
    this.#checkOpen();
    await waitForRoute(this, nodeId, options, () => this.#failures.list());
  }

  /** Emits `link-failed` for a link whose connection a backend could not make. */
  linkFailed(failure: LinkFailure): void {
    if (this.#closed) return;
    this.#failures.add(failure);
    this.emit('link-failed', failure);
  }

  /** Cost of the path to a node, or undefined when it can't be reached. */
  costTo(nodeId: string): number | undefined {
    return this.#core.costTo(nodeId);
  }

  /** The neighbor through which a node is reached, or undefined when it can't be; for this node undefined. */
  nextHopTo(nodeId: string): string | undefined {
    return this.#core.nextHopTo(nodeId);
  }

  /** The rules in force, and what they say about a message. {@link setFirewallRules} changes them. */
  get firewall(): Pick<Firewall, 'rules' | 'match'> {
    return this.#core.dataPlane.firewall;
  }

  /**
   * Replaces the firewall rules, from the next message on.
   *
   * @throws {MeshError} `invalid-firewall-rule`; the rules are then as they were.
   */
  setFirewallRules(rules: readonly FirewallRule[]): void {
    this.#core.dataPlane.firewall.set(rules);
  }

  /** The established links, with their round-trip time where the peer answers probes. */
  links(): LinkInfo[] {
    return this.#core.links(performance.now());
  }

  /** Messages that this node did not deliver or hand on, by the reason; what a full queue of a link drops counts at the link. */
  drops(): ReadonlyMap<DropReason, number> {
    return this.#core.dataPlane.drops.read();
  }

  /** What the node knows of the mesh. In a mesh that may be large rather {@link statusInSteps}. */
  status(): MeshStatus {
    return this.#core.status();
  }

  /**
   * What the node knows of the mesh, put together in steps between which it does its other work. A caller that asks while that is
   * being done gets the same.
   */
  statusInSteps(): Promise<MeshStatus> {
    this.#status ??= inSteps(this.#core.statusSteps()).finally(() => {
      this.#status = undefined;
    });
    return this.#status;
  }

  /** The links between nodes in reach that both of their ends list, each once. */
  linksInReach(): Iterable<{ readonly a: string; readonly b: string; readonly cost: number }> {
    return this.#core.linksInReach();
  }

  /** What is advertised of a service of a node; undefined when nothing is. */
  advertisementOf(nodeId: string, service: string): ServiceAdvertisement | undefined {
    return this.#core.advertisements.find(nodeId, service);
  }

  /** Closes all sockets and links, and resolves when the links are closed. Backends are closed by the caller that opened them. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    this.#timer.clear();
    for (const socket of [...this.#sockets]) socket.close();
    this.emit('close');
    await new Promise<void>((resolve) => {
      this.#lastClosed = resolve;
      for (const transport of [...this.#transports]) transport.close();
      if (this.#transports.size === 0) resolve();
    });
  }

  #handleTimeout(): void {
    if (this.#closed) return;
    this.#core.handleTimeout(performance.now());
    this.#settle();
  }

  /** Settles once after everything that arrives in the running task. */
  #settleSoon(): void {
    if (this.#settling) return;
    this.#settling = true;
    queueMicrotask(() => {
      this.#settling = false;
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#closed) return;
    for (const event of this.#core.takeEvents()) this.#emitEvent(event);
    const now = performance.now();
    if (this.#core.dueAt <= now) {
      this.#core.handleTimeout(now);
      for (const event of this.#core.takeEvents()) this.#emitEvent(event);
    }
    this.#timer.set(now, this.#core.dueAt);
  }

  #emitEvent(event: CoreEvent): void {
    switch (event.type) {
      case 'link-failed': {
        const { link, reason } = event;
        this.linkFailed({ link, reason });
        return;
      }
      case 'link-up':
        this.#failures.clear();
        return void this.emit('link-up', event);
      case 'link-down':
        this.#failures.add({ link: `link with ${event.nodeId}`, reason: event.reason });
        return void this.emit('link-down', event);
      case 'route':
        this.#routeLog.note(event);
        return void this.emit('route', event);
      case 'routes-changed':
        this.#routeLog.flush(performance.now());
        return;
      case 'node-restarted':
        return void this.emit('node-restarted', event.nodeId);
      case 'advertisement':
        return void this.emit('advertisement', event);
      case 'duplicate-node':
        this.emit('duplicate-node');
        void this.close();
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new MeshError('shutdown', 'netceptor shutdown');
  }
}
