/** The functions of an instance, as rust/src/lib.rs describes them. Connections are numbers; places are addresses. */
export interface EngineExports {
  input(length: number): number;
  results(): number;
  configure(
    clients: number,
    chain: number,
    authorities: number,
    key: number,
    idleMs: number,
    streamWindow: number,
    connectionWindow: number,
    prefersAes: number,
  ): number;
  connection_new(): number;
  connection_drop(connection: number): void;
  connection_state(connection: number): number;
  datagram_room(length: number): number;
  connection_receive(connection: number, length: number): void;
  connection_transmit(connection: number, size: number): number;
  connection_timeout(connection: number): number;
  connection_handle_timeout(connection: number): number;
  connection_ping(connection: number): void;
  connection_peer_max_datagram(connection: number): number;
  connection_losses(connection: number): void;
  connection_close(connection: number, code: number, length: number): void;
  connection_end(connection: number): number;
  stream_room(connection: number, wanted: number): number;
  stream_write(connection: number, length: number): number;
  stream_finish(connection: number): number;
  stream_cancel(connection: number, code: number): void;
  stream_readable(connection: number): number;
  stream_read(connection: number, max: number): number;
  seal_packet(aead: number, number: number, header: number, payload: number): number;
}

/** Bits of `connection_state`. */
export const STATE = { connected: 1, ended: 2, closed: 4, streamDone: 8 } as const;
/** What `stream_read` and `stream_write` return besides lengths. */
export const READ = { nothing: 0, finished: -1, reset: -2 } as const;
export const WRITE = { stopped: -1 } as const;
/** The kinds of what `verify_peer` returns, in its highest byte. */
export const VERDICT = { good: 0, trusted: 1, refused: 2 } as const;
/** Who ended a connection, by the result of `connection_end`. */
export const ENDED_BY = [undefined, 'peer', 'local', 'timeout'] as const;
