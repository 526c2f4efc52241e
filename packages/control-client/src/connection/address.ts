import { onAbort } from '@receptorjs/primitives';
import { connect as connectSocket, type Socket } from 'node:net';
import { homedir } from 'node:os';
import type { ConnectionOptions } from 'node:tls';
import { ControlError, type WaitOptions } from '@receptorjs/control-protocol';

/** Where a control service listens. */
export type ControlAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp' | 'tls'; readonly host: string; readonly port: number };

/** What a `tls:` address needs beyond host and port. PEM texts, not file names. */
export interface ControlTlsOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Accept any server certificate: neither its chain nor its name is checked. Default false. */
  readonly insecureSkipVerify?: boolean | undefined;
}

const remotePattern = /^(tcp|tls):(?:\/\/)?(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9-.:]+):([0-9]+)$/;
const unixPattern = /^(?:unix:(?:\/\/)?)?([^:]+)$/;

/**
 * Reads `unix:[//]PATH`, a bare PATH without a colon, `tcp:[//]HOST:PORT` or `tls:[//]HOST:PORT`. A leading `~` in a
 * path is the home directory.
 *
 * @throws {ControlError} `bad-address`
 */
export function parseControlAddress(text: string): ControlAddress {
  const remote = remotePattern.exec(text);
  if (remote) {
    const [, kind, host = '', digits = ''] = remote;
    const port = Number(digits);
    if (port >= 1 && port <= 65535) {
      return { kind: kind === 'tls' ? 'tls' : 'tcp', host: host.replace(/^\[|\]$/g, ''), port };
    }
  }
  const path = unixPattern.exec(text)?.[1];
  if (path !== undefined) return { kind: 'unix', path: path.replace(/^~(?=\/|$)/, homedir()) };
  throw new ControlError(
    'bad-address',
    `Invalid socket address ${text} (unix:PATH, tcp://HOST:PORT or tls://HOST:PORT)`,
  );
}

/**
 * Opens a connection to a control service; half-open, as the protocol needs.
 *
 * @throws {ControlError} `connect-failed`, `timeout` or `aborted`
 */
export async function openControlSocket(
  address: ControlAddress,
  options: WaitOptions & { readonly tls?: ControlTlsOptions | undefined } = {},
): Promise<Socket> {
  const { signal, timeoutMs = 10_000, tls } = options;
  const socket =
    address.kind === 'unix'
      ? connectSocket({ path: address.path, allowHalfOpen: true })
      : address.kind === 'tcp'
        ? connectSocket({
            host: address.host,
            port: address.port,
            allowHalfOpen: true,
            noDelay: true,
          })
        : (await import('node:tls')).connect(tlsOptions(address.host, address.port, tls));
  const ready = address.kind === 'tls' ? 'secureConnect' : 'connect';
  const target = address.kind === 'unix' ? address.path : `${address.host} port ${address.port}`;
  return new Promise((resolve, reject) => {
    let forget = (): void => undefined;
    const settle = (error?: ControlError): void => {
      clearTimeout(timer);
      forget();
      socket.off(ready, onReady);
      if (error) {
        socket.destroy();
        reject(error);
      } else {
        socket.off('error', onError);
        resolve(socket);
      }
    };
    const onReady = (): void => {
      settle();
    };
    const onError = (cause: Error): void => {
      settle(new ControlError('connect-failed', failureText(address, target, cause), { cause }));
    };
    const timer = setTimeout(() => {
      settle(
        new ControlError('timeout', `Could not connect to ${target} within ${timeoutMs / 1000} s`),
      );
    }, timeoutMs);
    socket.once(ready, onReady);
    socket.on('error', onError);
    forget = onAbort(signal, () => {
      settle(new ControlError('aborted', 'aborted by the caller', { cause: signal?.reason }));
    });
  });
}

function failureText(address: ControlAddress, target: string, cause: Error): string {
  if (address.kind !== 'unix') return `Could not connect to host ${target}: ${cause.message}`;
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return `Socket path does not exist: ${target}`;
  if (code === 'ECONNREFUSED') return `No node listens on socket ${target}; is receptor running?`;
  return `Could not connect to socket ${target}: ${cause.message}`;
}

function tlsOptions(
  host: string,
  port: number,
  tls: ControlTlsOptions | undefined,
): ConnectionOptions & { allowHalfOpen: boolean } {
  return {
    allowHalfOpen: true,
    host,
    port,
    servername: /^[0-9.]+$|:/.test(host) ? '' : host,
    minVersion: 'TLSv1.2',
    ca: tls?.ca,
    cert: tls?.cert,
    key: tls?.key,
    rejectUnauthorized: tls?.insecureSkipVerify !== true,
  };
}
