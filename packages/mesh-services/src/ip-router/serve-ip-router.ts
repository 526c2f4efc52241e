import { errorText, type Logger } from '@receptorjs/primitives';
import { count, optional, text } from '@receptorjs/validation';
import { logCheck, validateService } from '../argument-checks.js';
import { DropLog } from '../drop-log.js';
import { MeshServiceError } from '../errors.js';
import { fragmentationNeeded } from './fragmentation-needed.js';
import { IpRouteTable, type RouterAdvertisement } from './ip-route-table.js';
import { addressText, networkText, parseLocalNetwork, parseNetworks } from './ipv4-network.js';
import { Ipv4Packet } from './ipv4-packet.js';
import { KernelRoutes, runIp } from './kernel-routes.js';
import { loadNativeCalls } from '../native-calls.js';
import { PathLimits } from './path-limits.js';
import { silentLogger, type DatagramNode, type RunningService } from '../service-types.js';
import { TunDevice } from './tun-device.js';

/** Milliseconds between two looks at the routes of the system, and at the costs of paths. */
const PERIOD_MS = 10_000;
/** Milliseconds in which changes of the mesh are collected. */
const COLLECT_MS = 100;
/** Bytes of the largest packet: what a datagram of the mesh carries. */
const MAX_MTU = 16_384;
const MIN_MTU = 576;
/** What an IP router needs of its node; a mesh node fits. */
export interface RoutingNode extends DatagramNode {
  /** What the mesh advertises, as the node knows it now. */
  status(): { readonly advertisements: readonly RouterAdvertisement[] };
  /** Undefined when there is no path. */
  costTo(nodeId: string): number | undefined;
  readonly nodeId: string;
  /** Adds a listener, which is called when an advertisement or a path has changed. */
  on(event: 'advertisement' | 'route', listener: () => void): unknown;
  /** Removes the listener. */
  off(event: 'advertisement' | 'route', listener: () => void): unknown;
}

/** Options of {@link serveIpRouter}. */
export interface IpRouterOptions {
  /** Name of the network and of the service its packets go to, at most 8 bytes. */
  readonly networkName: string;
  /** Name of the interface. Default: the first free one of `tun0`, `tun1` ... */
  readonly interface?: string | undefined;
  /** A /30 network of IPv4: its first address is this side's, the second stands for all others. */
  readonly localNet: string;
  /** Networks of IPv4 this node leads to, separated by commas. */
  readonly routes?: string | undefined;
  /** Bytes of the largest packet on the interface, 576 to 16,384. Default 16,384. */
  readonly mtu?: number | undefined;
  readonly log?: Logger | undefined;
}

/**
 * Makes this node a router of an IP network over the mesh: a tun interface here, an advertisement of what this node
 * leads to, and a route of the system for each network that other routers of the same name advertise. A packet goes as
 * one datagram to the router with the longest matching prefix, of these to the cheapest; packets are taken from such
 * routers only. Senders of packets that a link of the path can't carry are told which size it can. Everything is gone when it is closed, or when the process ends in any way.
 *
 * @throws {MeshServiceError} `invalid-network`, `unsupported-platform`, `native-module-missing`, `program-missing`,
 *   `permission-denied`, `device-failed`; whatever `openDatagram` throws, such as for a name that is taken
 */
export async function serveIpRouter(
  node: RoutingNode,
  options: IpRouterOptions,
): Promise<RunningService> {
  validateService<IpRouterOptions>('serveIpRouter', ['datagrams', node], options, {
    log: logCheck,
    networkName: text,
    interface: optional(text),
    localNet: text,
    routes: optional(text),
    mtu: optional(count),
  });
  const { networkName, localNet, mtu = MAX_MTU } = options;
  const log = options.log ?? silentLogger;
  const local = parseLocalNetwork(localNet);
  const routes = parseNetworks(options.routes ?? '');
  if (!Number.isInteger(mtu) || mtu < MIN_MTU || mtu > MAX_MTU) {
    const allowed = `${MIN_MTU} to ${MAX_MTU} bytes`;
    throw new MeshServiceError('invalid-network', `MTU ${mtu} is not allowed (${allowed})`);
  }
  const own = addressText(local.base + 1);
  const gateway = addressText(local.base + 2);
  const native = await loadNativeCalls('ip-router');
  const mesh = node.openDatagram(networkName);
  let device: TunDevice | undefined;
  try {
    device = TunDevice.open(native, options.interface ?? '');
    await runIp('address', 'add', own, 'peer', gateway, 'dev', device.name);
    await runIp('link', 'set', 'dev', device.name, 'mtu', String(mtu), 'up');
  } catch (error) {
    mesh.close();
    await device?.close();
    throw error;
  }
  const router = new IpRouter(node, { networkName, local, routes, gateway, log }, mesh, device);
  log.info(`${router.description}: ${own}, leading to ${gateway}`);
  return { address: device.name, close: () => router.close() };
}

/** What an IP router has been set up with. */
interface IpRouterSetup {
  readonly networkName: string;
  readonly local: ReturnType<typeof parseLocalNetwork>;
  readonly routes: ReturnType<typeof parseNetworks>;
  readonly gateway: string;
  readonly log: Logger;
}

/** A router that runs, between its interface and its service of the mesh. It alone writes its fields. */
class IpRouter {
  /** Names the router in log lines. */
  readonly description: string;
  readonly #node: RoutingNode;
  readonly #setup: IpRouterSetup;
  readonly #mesh: ReturnType<RoutingNode['openDatagram']>;
  readonly #tun: TunDevice;
  readonly #drops: DropLog;
  readonly #table: IpRouteTable;
  readonly #kernel: KernelRoutes;
  readonly #limits = new PathLimits();
  readonly #period: NodeJS.Timeout;
  readonly #advertisement: ReturnType<RoutingNode['advertise']>;
  #collecting: NodeJS.Timeout | undefined;

  constructor(
    node: RoutingNode,
    setup: IpRouterSetup,
    mesh: ReturnType<RoutingNode['openDatagram']>,
    tun: TunDevice,
  ) {
    const { networkName, local, routes, gateway, log } = setup;
    this.description = `ip-router ${networkName} on ${tun.name}`;
    this.#node = node;
    this.#setup = setup;
    this.#mesh = mesh;
    this.#tun = tun;
    this.#drops = new DropLog(this.description, log);
    this.#table = new IpRouteTable({ networkName, local, routes });
    this.#kernel = new KernelRoutes(tun.name, gateway, log);
    node.on('advertisement', this.#onChange);
    node.on('route', this.#onChange);
    this.#period = setInterval(() => this.#refresh(), PERIOD_MS);
    mesh.on('message', (bytes, fromNode) => this.#fromMesh(bytes, fromNode));
    mesh.on('unreachable', ({ problem, toNode, maxPayloadBytes }) => {
      if (maxPayloadBytes !== undefined) this.#limits.set(toNode, maxPayloadBytes);
      this.#drops.drop(problem);
    });
    tun.start({
      packet: (bytes) => this.#fromSystem(bytes),
      failed: (error) => log.error(`${this.description}: ${error.message}`),
    });
    this.#refresh();
    const tags: Record<string, string> = {
      type: 'IP Router',
      network: networkName,
      route_local: networkText(local),
    };
    for (const [at, route] of routes.entries()) tags[`route_${at}`] = networkText(route);
    this.#advertisement = node.advertise(networkName, { connectionType: 0, tags });
  }

  /** Resolves when its interface and the system's routes through it are gone. */
  async close(): Promise<void> {
    clearTimeout(this.#collecting);
    clearInterval(this.#period);
    this.#node.off('advertisement', this.#onChange);
    this.#node.off('route', this.#onChange);
    this.#advertisement.withdraw();
    this.#mesh.close();
    await this.#kernel.close();
    await this.#tun.close();
  }

  readonly #onChange = (): void => {
    this.#collecting ??= setTimeout(() => {
      this.#collecting = undefined;
      this.#refresh();
    }, COLLECT_MS);
  };

  #refresh(): void {
    const node = this.#node;
    this.#table.update(node.status().advertisements, (nodeId) =>
      nodeId === node.nodeId ? undefined : node.costTo(nodeId),
    );
    void this.#kernel.set(this.#table.networks());
  }

  #fromMesh(bytes: Buffer, fromNode: string): void {
    if (!this.#table.isMember(fromNode))
      this.#drops.drop(`a packet from ${fromNode}, no router of the network`);
    else if (!Ipv4Packet.of(bytes)) this.#drops.drop(`no packet of IPv4 from ${fromNode}`);
    else this.#deliver(bytes);
  }

  #fromSystem(bytes: Buffer): void {
    const packet = Ipv4Packet.of(bytes);
    // what the system sends by IPv6 of its own accord may be lost
    if (!packet) return;
    const nodeId = this.#table.nodeFor(packet.destination);
    if (nodeId === undefined) {
      this.#drops.drop('no router leads to its destination');
    } else if (bytes.length > this.#limits.of(nodeId)) {
      this.#refuse(packet, this.#limits.of(nodeId));
    } else {
      try {
        this.#mesh.send(nodeId, this.#setup.networkName, bytes);
      } catch (error) {
        const limit = limitOf(error);
        if (limit === undefined) this.#drops.drop(errorText(error));
        else this.#refuse(packet, limit);
      }
    }
  }

  #deliver(bytes: Buffer): void {
    try {
      this.#tun.write(bytes);
    } catch (error) {
      this.#drops.drop(errorText(error));
    }
  }

  /** Says to the sender of a packet that only smaller ones pass. */
  #refuse(packet: Ipv4Packet, limit: number): void {
    const { base } = this.#setup.local;
    if (packet.mayBeTooBig) this.#deliver(fragmentationNeeded(packet, base + 2, limit));
    else this.#drops.drop(`a packet of more than the ${limit} bytes that pass`);
  }
}

/** The size that would have passed, of an error about a payload that is too long. */
function limitOf(error: unknown): number | undefined {
  return error instanceof Error &&
    'maxPayloadBytes' in error &&
    typeof error.maxPayloadBytes === 'number'
    ? error.maxPayloadBytes
    : undefined;
}
