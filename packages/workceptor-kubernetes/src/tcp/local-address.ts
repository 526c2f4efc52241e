import { networkInterfaces } from 'node:os';

/** What is known of an address of this machine. */
export interface OwnAddress {
  readonly address: string;
  readonly internal: boolean;
}

/** All addresses of this machine that others can reach. */
export function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal }) => !internal).map(({ address }) => address);
}

/**
 * The address that pods are told to connect to: the first one of the first interface that is up and no loopback, as for the original. One
 * that is good on its own link only is none that a pod can use.
 *
 * @throws {Error} when there is none
 */
export function localAddress(
  interfaces: Readonly<Record<string, readonly OwnAddress[] | undefined>> = networkInterfaces(),
): string {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  const found = all.find(
    ({ address, internal }) => !internal && !/^(?:fe80:|169\.254\.)/i.test(address),
  );
  if (found) return found.address;
  throw new Error('could not determine local address');
}
