import { isIPv4, isIPv6 } from 'node:net';
import { MeshServiceError } from '../errors.js';

/** A network of IPv4; `base` has no bits beyond the prefix. */
export interface Ipv4Network {
  /** As a number from 0 to 2^32 - 1. */
  readonly base: number;
  /** 0 to 32. */
  readonly prefix: number;
}

/**
 * Reads `address/prefix`. Bits beyond the prefix are dropped.
 *
 * @returns undefined for a network of IPv6
 * @throws {MeshServiceError} `invalid-network`
 */
export function parseNetwork(text: string): Ipv4Network | undefined {
  const [, address = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const prefix = Number(digits);
  if (isIPv6(address) && !address.includes('%') && prefix <= 128) return undefined;
  if (!isIPv4(address) || prefix > 32) {
    throw new MeshServiceError('invalid-network', `could not parse ${text} as a CIDR address`);
  }
  return { base: masked(addressNumber(address), prefix), prefix };
}

/**
 * Reads the network of an IP router's own interface.
 *
 * @throws {MeshServiceError} `invalid-network`
 */
export function parseLocalNetwork(text: string): Ipv4Network {
  const network = parseNetwork(text);
  if (!network) {
    const what = /\/30$/.test(text) ? 'IPv4' : 'a /30 CIDR';
    throw new MeshServiceError('invalid-network', `local network ${text} must be ${what}`);
  }
  if (network.prefix !== 30) {
    throw new MeshServiceError('invalid-network', `local network ${text} must be a /30 CIDR`);
  }
  return network;
}

/**
 * Reads the networks an IP router leads to, separated by commas.
 *
 * @throws {MeshServiceError} `invalid-network`
 */
export function parseNetworks(text: string): Ipv4Network[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const network = parseNetwork(part.trim());
    if (network) return network;
    throw new MeshServiceError('invalid-network', `route ${part.trim()} must be IPv4`);
  });
}

/** `address/prefix`. */
export function networkText({ base, prefix }: Ipv4Network): string {
  return `${addressText(base)}/${prefix}`;
}

/** Whether an address, or all of another network, lies in a network. */
export function contains(network: Ipv4Network, other: number | Ipv4Network): boolean {
  if (typeof other !== 'number') {
    return other.prefix >= network.prefix && contains(network, other.base);
  }
  return masked(other, network.prefix) === network.base;
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join('.');
}

function addressNumber(text: string): number {
  return text.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

function masked(address: number, prefix: number): number {
  // a shift by 32 is one by 0
  return prefix === 0 ? 0 : (address & (0xffffffff << (32 - prefix))) >>> 0;
}
