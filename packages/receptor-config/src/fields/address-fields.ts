import { alone, field, FieldError } from './field.js';
import type { Field, FieldOptions, Value } from './field.js';
import { readText, textSchema } from './fields.js';

/** Where to listen or to connect. */
export interface HostAndPort {
  readonly host: string | undefined;
  readonly port: number;
}

const pattern = '^(?:(?:\\[([^\\]]+)\\]|([^:]*)):)?(\\d+)$';

/**
 * Reads `host:port`, `[v6]:port`, `:port` or a port alone.
 *
 * @returns undefined when it is none of these or the port is above 65535; `host` is undefined when none was given
 */
export function parseHostAndPort(source: string): HostAndPort | undefined {
  const match = new RegExp(pattern).exec(source);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  const host = match[1] ?? match[2];
  return { host: host === '' ? undefined : host, port };
}

/** The hosts that stand for every address of this machine, of IPv6 and of IPv4. */
const everyAddress: ReadonlySet<string> = new Set(['', '0.0.0.0', '::', '[::]']);

/**
 * Whether a host to listen on is every address of this machine, of both families: `0.0.0.0`, which is the default, `::` and
 * nothing. There is no way to say all of one family, as there is none with the original.
 */
export const isEveryAddress = (host: string): boolean => everyAddress.has(host);

/** The address that a listener waits on, of every kind of listener. */
export const bindAddress = (fallback = '0.0.0.0'): Field<string> =>
  field<string, { help: string; fallback: string }>(
    { allowed: 'name or address', read: readText, schema: textSchema },
    {
      help: 'Address to listen on; 0.0.0.0 is every address, of IPv6 too',
      fallback,
    },
  );

/** A `host:port` pair; an IPv6 host stands in brackets. */
export const hostAndPort = <const O extends FieldOptions<string>>(
  options: O,
): Field<Value<string, O>> =>
  field<string, O>(
    {
      allowed: 'host:port',
      read: (value) => {
        const address = readText(value);
        if (!/^(?:\[[^\]]+\]|[^:]*):\d+$/.test(address)) {
          throw alone(`${address === '' ? '' : `address ${address}: `}missing port in address`);
        }
        if (!parseHostAndPort(address)) throw alone(`address ${address}: invalid port`);
        return address;
      },
      schema: { type: 'string', pattern: '^(?:\\[[^\\]]+\\]|[^:]*):\\d+$' },
    },
    options,
  );

/** Where a listener waits: a port, or `host:port`. Empty is nowhere. */
export const portOrHostAndPort = <const O extends FieldOptions<string>>(
  options: O,
): Field<Value<string, O>> =>
  field<string, O>(
    {
      allowed: 'port or host:port',
      read: (value) => {
        const address = readText(value);
        if (address !== '' && !parseHostAndPort(address)) {
          throw new FieldError(`${address} is no address`);
        }
        return address;
      },
      schema: {
        anyOf: [
          { type: 'integer', minimum: 0, maximum: 65_535 },
          { type: 'string', pattern: `^$|${pattern}` },
        ],
      },
    },
    options,
  );

/** The address of a WebSocket peer: a `ws:` or `wss:` URL. */
export const webSocketUrl = <const O extends FieldOptions<string>>(
  options: O,
): Field<Value<string, O>> =>
  field<string, O>(
    {
      allowed: 'a URL such as ws://host:port/path or wss://host/path',
      read: (value) => {
        const address = readText(value);
        const invalid = (why: string): FieldError =>
          alone(`address ${address} is not a valid URL: ${why}`);
        if (!/^wss?:\/\//i.test(address)) throw invalid('its scheme must be ws or wss');
        if (!URL.canParse(address)) throw invalid('it cannot be parsed');
        const { username, password } = new URL(address);
        if (username || password) throw invalid('it must not hold a password');
        return address;
      },
      schema: { type: 'string', pattern: '^[wW][sS]{1,2}://' },
    },
    options,
  );

/** A header of HTTP as `key:value`. */
export const header = <const O extends FieldOptions<string>>(options: O): Field<Value<string, O>> =>
  field<string, O>(
    {
      allowed: 'key:value',
      read: (value) => {
        const source = readText(value);
        if (source !== '' && !/^\s*[\w!#$%&'*+.^`|~-]+\s*:[\t\x20-\x7e\x80-\xff]*$/.test(source)) {
          throw alone('extra header must be in the form key:value');
        }
        return source;
      },
      schema: { type: 'string' },
    },
    options,
  );
