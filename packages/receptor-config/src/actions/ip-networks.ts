import { isIPv4, isIPv6 } from 'node:net';
import type { Conflict } from './spec.js';

function cidr(source: string): { address: string; prefix: number; v4: boolean } | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(source.trim());
  const address = match?.[1] ?? '';
  const prefix = Number(match?.[2]);
  if (isIPv4(address) && prefix <= 32) return { address, prefix, v4: true };
  if (isIPv6(address) && prefix <= 128) return { address, prefix, v4: false };
  return undefined;
}

/** What the networks of an ip-router must be like. */
export function ipRouterConflict({
  localnet,
  routes,
}: {
  readonly localnet: string;
  readonly routes: string | undefined;
}): Conflict | undefined {
  const hint = 'a network such as 10.0.0.0/30';
  const local = cidr(localnet);
  if (!local) {
    return { why: `could not parse ${localnet} as a CIDR address`, hint, field: 'localnet' };
  }
  if (!local.v4) {
    return { why: `local network ${localnet} must be IPv4`, hint, field: 'localnet' };
  }
  if (local.prefix !== 30) {
    return { why: `local network ${localnet} must be a /30 CIDR`, hint, field: 'localnet' };
  }
  for (const route of routes ? routes.split(',') : []) {
    const network = cidr(route);
    if (network?.v4) continue;
    const why = network
      ? `route ${route.trim()} must be IPv4`
      : `could not parse ${route.trim()} as a CIDR address`;
    return { why, hint: 'networks such as 10.1.0.0/16, with commas between', field: 'routes' };
  }
  return undefined;
}
