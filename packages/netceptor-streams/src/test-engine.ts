import type { QuicConnection, QuicEngine } from './quic-engine.js';

const same = (connection: QuicConnection): QuicConnection => connection;

/** An engine whose connections are changed before they are used. */
export function changedEngine(
  engine: QuicEngine,
  change: {
    readonly dialled?: (connection: QuicConnection) => QuicConnection;
    readonly accepted?: (connection: QuicConnection) => QuicConnection;
  },
): QuicEngine {
  const { dialled = same, accepted = same } = change;
  return {
    isInitial: (datagram) => engine.isInitial(datagram),
    connector: (rules) => {
      const connector = engine.connector(rules);
      return { connect: () => dialled(connector.connect()) };
    },
    acceptor: (identity, rules) => {
      const acceptor = engine.acceptor(identity, rules);
      return { accept: () => accepted(acceptor.accept()) };
    },
  };
}
