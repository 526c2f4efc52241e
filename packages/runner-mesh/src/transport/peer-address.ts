import { homedir } from 'node:os';
import { NodeRunError } from '../errors.js';

/** Port of a peer whose URL names none; that of the original's nodes. */
export const DEFAULT_PORT = 8888;

/** Port of a peer with TLS whose URL names none. */
const DEFAULT_TLS_PORT = 8899;

/** Where the mesh is entered. */
export type PeerAddress =
  /** A node that listens for links. */
  | {
      readonly kind: 'tcp' | 'udp';
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
    }
  | { readonly kind: 'ws'; readonly url: string; readonly tls: boolean }
  /** The control socket of a node. */
  | { readonly kind: 'socket'; readonly path: string };

const allowed =
  'allowed: receptor://HOST:PORT (also tcp:), tls://HOST:PORT, udp://HOST:PORT, ws://HOST:PORT/PATH, wss://..., unix:PATH';

/**
 * Reads the URL of a peer. `receptor:`, `rnp:` and `tcp:` are the same, and so is no scheme at all; `tls:` and `rnps:` are
 * TCP with TLS. Host and port may be missing: `localhost`, and 8888, or 8899 with TLS; 80 and 443 for WebSockets.
 *
 * @throws {NodeRunError} `bad-peer`
 */
export function parsePeer(text: string): PeerAddress {
  const path = /^unix:(?:\/\/)?(.+)$/.exec(text)?.[1];
  if (path !== undefined) return { kind: 'socket', path: path.replace(/^~(?=\/|$)/, homedir()) };
  const [, scheme = 'receptor', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'receptor':
    case 'rnp':
    case 'tcp':
      return { kind: 'tcp', ...hostAndPort(text, rest, DEFAULT_PORT), tls: false };
    case 'tls':
    case 'rnps':
      return { kind: 'tcp', ...hostAndPort(text, rest, DEFAULT_TLS_PORT), tls: true };
    case 'udp':
      return { kind: 'udp', ...hostAndPort(text, rest, DEFAULT_PORT), tls: false };
    case 'ws':
    case 'wss':
      if (!URL.canParse(text)) throw badPeer(text);
      return { kind: 'ws', url: text, tls: scheme === 'wss' };
    default:
      throw badPeer(text);
  }
}

function hostAndPort(text: string, rest: string, port: number): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9._-]*)(?::([0-9]{1,5}))?\/?$/.exec(rest);
  if (match === null) throw badPeer(text);
  const [, host = '', digits] = match;
  const number = digits === undefined ? port : Number(digits);
  if (number < 1 || number > 65_535) throw badPeer(text);
  return { host: host === '' ? 'localhost' : host.replace(/^\[|\]$/g, ''), port: number };
}

function badPeer(text: string): NodeRunError {
  return new NodeRunError('bad-peer', `${text || 'An empty text'} is no peer (${allowed})`);
}
