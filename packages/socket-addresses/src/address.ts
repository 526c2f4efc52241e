import { BlockList, isIP, isIPv6 } from 'node:net';

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

/** Whether only this machine reaches what is bound to a host: an address of the loopback interface, or `localhost`. */
export function isLoopback(host: string): boolean {
  const plain = plainAddress(bareHost(host));
  if (isIP(plain) === 0) return /^localhost\.?$/i.test(plain);
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
