import { isIPv4, isIPv6 } from 'node:net';

/** Whom a connection, a request or its bytes are counted for. */
export interface Origin {
  /** The same for everything that is counted together. */
  readonly key: string;
  /** Of this machine, over a socket whose file says who may use it: has the reserved part, and no share that bounds it. */
  readonly local: boolean;
  /** What it comes over where many origins can come over the same: those share one more bound. Default: it comes alone. */
  readonly link?: string;
}

/** All that comes by a unix socket. */
export const localOrigin: Origin = { key: 'local socket', local: true };

/**
 * A node of the mesh, by its ID, and by the neighbor over whose link it is reached: any peer can claim an ID, and a neighbor can name
 * any number of nodes behind it. Nodes whose neighbor is not known are counted as those of one.
 */
export function nodeOrigin(nodeId: string | undefined, via: string | undefined): Origin {
  return { key: `node ${nodeId ?? 'unknown'}`, local: false, link: `link ${via ?? 'unknown'}` };
}

/**
 * An address of TCP or UDP; of IPv6 its network of 64 bits, for a peer that has one address of it has them all. What has no
 * address any more is counted together.
 */
export function addressOrigin(address: string | undefined): Origin {
  return { key: `address ${address === undefined ? 'unknown' : counted(address)}`, local: false };
}

/**
 * Whom a request is counted for: the local socket, an address, or a node of the mesh.
 *
 * @param request how it came, from which address or node, and over the link of which neighbor; those that are not known are counted as one
 */
export function requestOrigin({
  transport,
  from,
  via,
}: {
  readonly transport: 'unix' | 'tcp' | 'mesh';
  readonly from?: string | undefined;
  readonly via?: string | undefined;
}): Origin {
  if (transport === 'unix') return localOrigin;
  return transport === 'tcp' ? addressOrigin(from) : nodeOrigin(from, via);
}

function counted(address: string): string {
  const [bare = ''] = address.split('%');
  const mapped = bare.slice(bare.lastIndexOf(':') + 1);
  if (isIPv4(mapped)) return mapped;
  if (!isIPv6(bare)) return address;
  const [front = '', back] = bare.split('::');
  const head = groups(front);
  const tail = groups(back ?? '');
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}

function groups(text: string): string[] {
  if (text === '') return [];
  return text.split(':').map((group) => group.replace(/^0+(?=.)/, '').toLowerCase());
}
