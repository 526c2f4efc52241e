import type { QuicConnection, QuicEngine } from '@receptorjs/quic-engine';

const same = (connection: QuicConnection): QuicConnection => connection;

/** An engine whose connections are changed before they are used. */
export function changedEngine(
  engine: QuicEngine,
  change: {
    readonly dialed?: (connection: QuicConnection) => QuicConnection;
    readonly accepted?: (connection: QuicConnection) => QuicConnection;
  },
): QuicEngine {
  const { dialed = same, accepted = same } = change;
  return {
    name: engine.name,
    connector: (rules) => {
      const connector = engine.connector(rules);
      return { connect: (verifier) => dialed(connector.connect(verifier)) };
    },
    acceptor: (identity, rules) => {
      const acceptor = engine.acceptor(identity, rules);
      return { accept: (verifier) => accepted(acceptor.accept(verifier)) };
    },
  };
}
