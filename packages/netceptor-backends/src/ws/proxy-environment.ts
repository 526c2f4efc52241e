import { BlockList, isIP, isIPv6 } from 'node:net';
import { bareHost, isLoopback } from '@receptorjs/socket-addresses';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the usual environment variables name for a WebSocket URL, as the original reads them: `HTTP_PROXY` for
 * `ws:`, `HTTPS_PROXY` for `wss:`, and besides `ALL_PROXY`; none for this machine and for what `NO_PROXY` lists: names
 * with all below them, `.names` without the name itself, addresses, networks (`192.0.2.0/24`), each with or without a
 * port, or `*`. Names of variables may be lower case. A proxy without scheme is an `http:` one.
 *
 * @throws {Error} when the variable holds something else than an `http:` or `https:` URL; names the variable, not its value.
 */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  const names = [url.protocol === 'wss:' ? 'https_proxy' : 'http_proxy', 'all_proxy'];
  const host = bareHost(url.hostname).toLowerCase();
  if (host === 'localhost' || (isIP(host) !== 0 && isLoopback(host))) return undefined;
  const port = url.port === '' ? (url.protocol === 'wss:' ? 443 : 80) : Number(url.port);
  const exempt = read(environment, 'no_proxy')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  if (exempt.some((entry) => matches(entry.toLowerCase(), host, port))) return undefined;
  for (const name of names) {
    const value = read(environment, name);
    if (value !== '') return parseProxy(name, value);
  }
  return undefined;
}

function read(environment: Environment, name: string): string {
  const upper = name.toUpperCase();
  return (environment[name] ?? '') || (environment[upper] ?? '');
}

function parseProxy(name: string, value: string): URL {
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new Error(`${name.toUpperCase()} is not the address of an HTTP proxy: http://HOST:PORT`);
}

/** Whether an entry of `NO_PROXY` speaks of a host and port. */
function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const [, network, bits] = /^(.+)\/(\d+)$/.exec(entry) ?? [];
  if (network !== undefined) return inNetwork(network, Number(bits), host);
  const [, named = entry, wanted] = /^(.+|\[.+\]):(\d+)$/.exec(isIPv6(entry) ? '' : entry) ?? [];
  if (wanted !== undefined && Number(wanted) !== port) return false;
  const name = bareHost(named);
  if (name.startsWith('*.')) return host.endsWith(name.slice(1));
  if (name.startsWith('.')) return host.endsWith(name);
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function inNetwork(network: string, bits: number, host: string): boolean {
  const family = isIP(network);
  if (family === 0 || family !== isIP(host) || bits > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 6 ? 'ipv6' : 'ipv4');
  return list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
