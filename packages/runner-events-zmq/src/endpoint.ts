import type { PluginSettings } from '@receptorjs/runner-events';
import type { TcpNetConnectOpts, IpcNetConnectOpts } from 'node:net';

/** Where a PULL socket is bound. */
export interface Endpoint {
  readonly socket: TcpNetConnectOpts | IpcNetConnectOpts;
  readonly shown: string;
}

/**
 * Reads `runner_socket_url`.
 *
 * @returns `undefined` when there is none.
 * @throws {EventPluginError} with `code` `configuration` when it is neither of TCP nor of a unix socket.
 */
export function readEndpoint(settings: PluginSettings): Endpoint | undefined {
  const url = settings.text('url');
  if (url === undefined) return undefined;
  const ipc = /^ipc:\/\/(.+)$/.exec(url)?.[1];
  // ZeroMQ writes abstract names of Linux with an @.
  if (ipc !== undefined)
    return { socket: { path: ipc.startsWith('@') ? `\0${ipc.slice(1)}` : ipc }, shown: url };
  const [, bracketed, plain, port] =
    /^tcp:\/\/(?:\[([^\]/]+)\]|([^:/*@\s]+)):(\d{1,5})$/.exec(url) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port);
  if (host === undefined || number < 1 || number > 65_535)
    return settings.reject(
      'url',
      'tcp://host:port or ipc:///path of a socket that is bound elsewhere; the runner connects',
    );
  return { socket: { host, port: number }, shown: url };
}
