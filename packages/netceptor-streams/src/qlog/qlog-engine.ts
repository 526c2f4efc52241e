import type { QuicEngine } from '@receptorjs/quic-engine';
import type { Logger } from '@receptorjs/primitives';
import { QlogConnection } from './qlog-connection.js';
import { QlogFolder } from './qlog-folder.js';

/**
 * The engine with a qlog for each connection: what can be seen outside of it, that is datagrams and their sizes, losses, timeouts,
 * states and the end. Packets, frames, round trips and congestion stay inside of the engines.
 */
export function withQlog(engine: QuicEngine, dir: string, log: Logger): QuicEngine {
  const folder = new QlogFolder(dir, log);
  return {
    name: engine.name,
    connector: (rules) => {
      const connector = engine.connector(rules);
      return {
        connect: (verifier) => {
          const quic = connector.connect(verifier);
          return new QlogConnection(quic, folder.begin(quic.localId, 'client'), engine.name);
        },
      };
    },
    acceptor: (identity, rules) => {
      const acceptor = engine.acceptor(identity, rules);
      return {
        accept: (verifier) => {
          const quic = acceptor.accept(verifier);
          return new QlogConnection(quic, folder.begin(quic.localId, 'server'), engine.name);
        },
      };
    },
  };
}
