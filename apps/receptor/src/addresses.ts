import { isEveryAddress, parseHostAndPort } from '@receptorjs/receptor-config/internal';

/** Where a listener is configured to wait; without a host it is every address. */
export function listenPlace(host: string, port: number): { host?: string; port: number } {
  return isEveryAddress(host) ? { port } : { host, port };
}

/** Splits a validated `port` or `host:port` to listen on; without a host it is every address. */
export function listenAddress(text: string): { host?: string; port: number } {
  const { host = '', port = 0 } = parseHostAndPort(text) ?? {};
  return listenPlace(host, port);
}

/** Splits a validated `host:port`; an empty host is this machine. */
export function hostAndPortOf(text: string): { host: string; port: number } {
  const { host = 'localhost', port = 0 } = parseHostAndPort(text) ?? {};
  return { host, port };
}
