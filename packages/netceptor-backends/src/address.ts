import { BlockList, isIPv6 } from 'node:net';

/** `host:port`, an IPv6 address in brackets. */
export function hostPort(host: string, port: number): string {
  return isIPv6(bareHost(host)) ? `[${bareHost(host)}]:${port}` : `${host}:${port}`;
}

/** A host without the brackets that IPv6 addresses have in front of a port. */
export function bareHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** An address as people write it: IPv4 in IPv6 (`::ffff:192.0.2.1`) as IPv4. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** Whether only this machine reaches an address that is bound. */
export function isLoopback(address: string): boolean {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const plain = plainAddress(address);
  return loopback.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
