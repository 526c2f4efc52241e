import { contains, networkText, parseNetwork, type Ipv4Network } from './ipv4-network.js';

/** Networks taken from advertisements; further ones are left out. */
export const MAX_IP_ROUTES = 1024;
/** Destinations whose node is remembered; all are forgotten when there are more. */
const MAX_REMEMBERED = 8192;

/** What is advertised, as far as an IP router looks at it. */
export interface RouterAdvertisement {
  readonly nodeId: string;
  readonly tags: Readonly<Record<string, string>> | null;
}

/** What an IP router knows about its own side. */
export interface OwnNetworks {
  readonly networkName: string;
  /** Of its interface. */
  readonly local: Ipv4Network;
  /** To which it leads itself. */
  readonly routes: readonly Ipv4Network[];
}

interface IpRoute {
  readonly network: Ipv4Network;
  readonly nodeId: string;
  readonly cost: number;
}

/**
 * Which node takes a packet: of the advertisers whose network contains the destination, one with the longest prefix, of
 * these the cheapest to reach, of these the first by ID. It alone writes its fields.
 *
 * See docs/decisions/0062-which-router-takes-a-packet.md.
 */
export class IpRouteTable {
  /** Best first. */
  #routes: readonly IpRoute[] = [];
  #members: ReadonlySet<string> = new Set();
  readonly #remembered = new Map<number, string | undefined>();

  constructor(private readonly own: OwnNetworks) {}

  /**
   * Takes what is advertised now.
   *
   * @param costTo cost of the path to a node, undefined when there is none; the own node has none either
   */
  update(
    advertisements: readonly RouterAdvertisement[],
    costTo: (nodeId: string) => number | undefined,
  ): void {
    const routes: IpRoute[] = [];
    const members = new Set<string>();
    for (const { nodeId, tags } of advertisements) {
      if (tags?.['type'] !== 'IP Router' || tags['network'] !== this.own.networkName) continue;
      const cost = costTo(nodeId);
      if (cost === undefined) continue;
      members.add(nodeId);
      for (const network of advertisedNetworks(tags)) {
        if (!this.#isOwn(network)) routes.push({ network, nodeId, cost });
      }
    }
    routes.sort(
      (a, b) =>
        b.network.prefix - a.network.prefix ||
        a.cost - b.cost ||
        (a.nodeId < b.nodeId ? -1 : a.nodeId > b.nodeId ? 1 : 0),
    );
    this.#routes = routes.slice(0, MAX_IP_ROUTES);
    this.#members = members;
    this.#remembered.clear();
  }

  /** The networks that other nodes lead to, as `address/prefix`. */
  networks(): Set<string> {
    return new Set(this.#routes.map(({ network }) => networkText(network)));
  }

  /** Whether a reachable node is an IP router of this network. */
  isMember(nodeId: string): boolean {
    return this.#members.has(nodeId);
  }

  /** The node that takes packets to an address. */
  nodeFor(destination: number): string | undefined {
    if (this.#remembered.has(destination)) return this.#remembered.get(destination);
    const route = this.#routes.find(({ network }) => contains(network, destination));
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(destination, route?.nodeId);
    return route?.nodeId;
  }

  /** Whether a network is this router's own affair: its interface's, or one it leads to itself. */
  #isOwn(network: Ipv4Network): boolean {
    const { local, routes } = this.own;
    return (
      contains(local, network) || routes.some((own) => networkText(own) === networkText(network))
    );
  }
}

function advertisedNetworks(tags: Readonly<Record<string, string>>): Ipv4Network[] {
  return Object.entries(tags).flatMap(([tag, value]) => {
    if (!tag.startsWith('route')) return [];
    try {
      return parseNetwork(value) ?? [];
    } catch {
      // what others advertise is not ours to complain about
      return [];
    }
  });
}
