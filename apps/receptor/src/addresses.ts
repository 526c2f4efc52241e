import { parseHostAndPort } from '@receptorjs/receptor-config';

/** Splits a validated `port` or `host:port`; an empty host is none. */
export function listenAddress(text: string): { host?: string; port: number } {
  const { host, port = 0 } = parseHostAndPort(text) ?? {};
  return host === undefined ? { port } : { host, port };
}

/** Splits a validated `host:port`; an empty host is this machine. */
export function hostAndPortOf(text: string): { host: string; port: number } {
  const { host = 'localhost', port } = listenAddress(text);
  return { host, port };
}
