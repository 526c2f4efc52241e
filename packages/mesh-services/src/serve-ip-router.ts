import { errorText, type Logger } from '@receptorjs/primitives';
import { count, optional, text } from '@receptorjs/validation';
import { logCheck, validateService } from './argument-checks.js';
import { DropLog } from './drop-log.js';
import { MeshServiceError } from './errors.js';
import { fragmentationNeeded } from './fragmentation-needed.js';
import { IpRouteTable, type RouterAdvertisement } from './ip-route-table.js';
import { addressText, networkText, parseLocalNetwork, parseNetworks } from './ipv4-network.js';
import { Ipv4Packet } from './ipv4-packet.js';
import { KernelRoutes, runIp } from './kernel-routes.js';
import { loadNativeCalls } from './native-calls.js';
import { PathLimits } from './path-limits.js';
import { silentLogger, type DatagramNode, type RunningService } from './service-types.js';
import { TunDevice } from './tun-device.js';

/** Milliseconds between two looks at the routes of the system, and at the costs of paths. */
const periodMs = 10_000;
/** Milliseconds in which changes of the mesh are collected. */
const collectMs = 100;
/** Bytes of the largest packet: what a datagram of the mesh carries. */
const maxMtu = 16_384;
const minMtu = 576;
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
 * routers only. Senders of packets that a link on the way can't carry are told which size it can. Everything is gone when it is closed, or when the process ends in any way.
 *
 * @throws MeshServiceError `invalid-network`, `unsupported-platform`, `native-module-missing`, `program-missing`,
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
  const { networkName, localNet, mtu = maxMtu } = options;
  const log = options.log ?? silentLogger;
  const local = parseLocalNetwork(localNet);
  const routes = parseNetworks(options.routes ?? '');
  if (!Number.isInteger(mtu) || mtu < minMtu || mtu > maxMtu) {
    const allowed = `${minMtu} to ${maxMtu} bytes`;
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
  const tun = device;
  const what = `ip-router ${networkName} on ${tun.name}`;
  const drops = new DropLog(what, log);
  const table = new IpRouteTable({ networkName, local, routes });
  const kernel = new KernelRoutes(tun.name, gateway, log);

  const refresh = (): void => {
    table.update(node.status().advertisements, (nodeId) =>
      nodeId === node.nodeId ? undefined : node.costTo(nodeId),
    );
    void kernel.set(table.networks());
  };
  let collecting: NodeJS.Timeout | undefined;
  const onChange = (): void => {
    collecting ??= setTimeout(() => {
      collecting = undefined;
      refresh();
    }, collectMs);
  };
  node.on('advertisement', onChange);
  node.on('route', onChange);
  const period = setInterval(refresh, periodMs);

  const limits = new PathLimits();
  mesh.on('message', (bytes, fromNode) => {
    if (!table.isMember(fromNode))
      drops.drop(`a packet from ${fromNode}, no router of the network`);
    else if (!Ipv4Packet.of(bytes)) drops.drop(`no packet of IPv4 from ${fromNode}`);
    else deliver(bytes);
  });
  mesh.on('unreachable', ({ problem, toNode, maxPayloadBytes }) => {
    if (maxPayloadBytes !== undefined) limits.set(toNode, maxPayloadBytes);
    drops.drop(problem);
  });
  const deliver = (bytes: Buffer): void => {
    try {
      tun.write(bytes);
    } catch (error) {
      drops.drop(errorText(error));
    }
  };
  /** Says to the sender of a packet that only smaller ones pass. */
  const refuse = (packet: Ipv4Packet, limit: number): void => {
    if (packet.mayBeTooBig) deliver(fragmentationNeeded(packet, local.base + 2, limit));
    else drops.drop(`a packet of more than the ${limit} bytes that pass`);
  };
  tun.start({
    packet: (bytes) => {
      const packet = Ipv4Packet.of(bytes);
      // what the system says by IPv6 of its own accord is nobody's loss
      if (!packet) return;
      const nodeId = table.nodeFor(packet.destination);
      if (nodeId === undefined) {
        drops.drop('no router leads to its destination');
      } else if (bytes.length > limits.of(nodeId)) {
        refuse(packet, limits.of(nodeId));
      } else {
        try {
          mesh.send(nodeId, networkName, bytes);
        } catch (error) {
          const limit = limitOf(error);
          if (limit === undefined) drops.drop(errorText(error));
          else refuse(packet, limit);
        }
      }
    },
    failed: (error) => {
      log.error(`${what}: ${error.message}`);
    },
  });
  refresh();
  const tags: Record<string, string> = {
    type: 'IP Router',
    network: networkName,
    route_local: networkText(local),
  };
  for (const [at, route] of routes.entries()) tags[`route_${at}`] = networkText(route);
  const advertisement = node.advertise(networkName, { connectionType: 0, tags });
  log.info(`${what}: ${own}, leading to ${gateway}`);
  return {
    address: tun.name,
    close: async () => {
      clearTimeout(collecting);
      clearInterval(period);
      node.off('advertisement', onChange);
      node.off('route', onChange);
      advertisement.withdraw();
      mesh.close();
      await kernel.close();
      await tun.close();
    },
  };
}

/** The size that would have passed, of an error about a payload that is too long. */
function limitOf(error: unknown): number | undefined {
  return error instanceof Error &&
    'maxPayloadBytes' in error &&
    typeof error.maxPayloadBytes === 'number'
    ? error.maxPayloadBytes
    : undefined;
}
