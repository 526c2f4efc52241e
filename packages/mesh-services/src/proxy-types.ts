import type { Duplex } from 'node:stream';

/** Where log lines go. */
export interface Logger {
  error(message: string): void;
  warning(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/** What opens streams to services of nodes; a stream host fits. */
export interface StreamDialer {
  dial(nodeId: string, service: string, options: { signal: AbortSignal }): Promise<Duplex>;
}

/** What accepts streams for services of this node; a stream host fits. */
export interface StreamAcceptor {
  listen(
    service: string,
    options: { tags: Record<string, string> },
    onStream: (stream: Duplex) => void,
  ): Promise<{ close(): unknown }> | { close(): unknown };
}

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
