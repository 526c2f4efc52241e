import { isIPv6, type Socket } from 'node:net';
import { plainAddress } from '@receptorjs/socket-addresses';

/** Of an address of IPv6 its owner has all that begin with the same so many groups of 16 bits. */
const GROUPS = 4;

/** What stands for the owner of an address: the address of IPv4, the network of 64 bits of IPv6. */
export function originOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [bare = ''] = plain.split('%', 1);
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  while (tail !== undefined && groups.length + rest.length < 8) groups.push('0');
  const network = [...groups, ...rest].slice(0, GROUPS);
  return `${network.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** The origin of a connected socket; undefined for one whose peer is gone. */
export function originOfSocket({ remoteAddress }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : originOf(remoteAddress);
}
