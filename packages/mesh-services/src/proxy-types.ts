import type { Duplex } from 'node:stream';

/** Where log lines go. */
export interface Logger {
  error(message: string): void;
  warning(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/** Opens a stream to a service of a node; the `dial` of a stream host. */
export type DialStream = (
  nodeId: string,
  service: string,
  options: { readonly signal: AbortSignal },
) => Promise<Duplex>;

/** Accepts streams for a service of this node; the `listen` of a stream host. */
export type ListenStreams = (
  service: string,
  options: { readonly tags: Readonly<Record<string, string>> },
  onStream: (stream: Duplex) => void,
) => { close(): Promise<void> | void };

/** A running proxy. */
export interface Proxy {
  /** `host:port` of the TCP side. */
  readonly address: string;
  /** Stops accepting and ends every connection. */
  close(): Promise<void>;
}

export const silentLogger: Logger = {
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

/** Connections a proxy carries at once unless told otherwise. */
export const defaultMaxConnections = 4096;
