import { randomBytes } from 'node:crypto';
import type { Quiche } from '@matrixai/quic/native/quiche.js';
import type { Config } from '@matrixai/quic/native/types.js';
import {
  CONNECTION_ID_BYTES,
  CONNECTION_WINDOW,
  IDLE_TIMEOUT_MS,
  MAX_DATAGRAM,
  STREAM_WINDOW,
  type QuicAcceptRules,
  type QuicAcceptor,
  type QuicConnector,
  type QuicDialRules,
  type QuicEngine,
  type QuicEngineOptions,
  type QuicIdentity,
  type QuicVerifier,
} from '@receptorjs/quic-engine';
import { LOCAL, REMOTE } from './addresses.js';
import { isOpenEnded } from './open-ended.js';
import { QuicheConnection } from './quiche-connection.js';

/** Alert unknown_ca of TLS. */
const UNKNOWN_CA = 48;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** In place of a verifier who is to check chains that quiche can't. */
const refuseAll: QuicVerifier = () => ({ alert: UNKNOWN_CA, message: 'nothing checks the chain' });

/**
 * The engine of this package. Where a chain may end at a CA that is no root, its connections leave the chain to their
 * verifier, and without one refuse every peer.
 */
export class QuicheEngine implements QuicEngine {
  readonly name = 'native (quiche)';
  readonly #quiche: Quiche;
  readonly #limits: QuicEngineOptions;

  constructor(quiche: Quiche, limits: QuicEngineOptions) {
    this.#quiche = quiche;
    this.#limits = limits;
  }

  connector({ ca, identity }: QuicDialRules): QuicConnector {
    const left = ca !== undefined && isOpenEnded(ca);
    const config = this.#configure(true, ca === undefined || left, ca, identity);
    return {
      connect: (given) => {
        const verifier = left ? (given ?? refuseAll) : given;
        const id = randomBytes(CONNECTION_ID_BYTES);
        return new QuicheConnection(
          this.#quiche,
          this.#quiche.Connection.connect(null, id, LOCAL, REMOTE, config),
          id,
          verifier,
        );
      },
    };
  }

  acceptor(identity: QuicIdentity, { clients, ca }: QuicAcceptRules): QuicAcceptor {
    // Not where they are optional: what asks for a certificate without insisting on one undoes that any is taken.
    const left = clients === 'required' && ca !== undefined && isOpenEnded(ca);
    const config = this.#configure(clients === 'required', left, ca, identity);
    // After the context was made, this asks for a certificate without insisting on one.
    if (clients === 'optional') config.verifyPeer(true);
    return {
      accept: (given) => {
        const verifier = left ? (given ?? refuseAll) : given;
        const id = randomBytes(CONNECTION_ID_BYTES);
        return new QuicheConnection(
          this.#quiche,
          this.#quiche.Connection.accept(id, null, LOCAL, REMOTE, config),
          id,
          verifier,
        );
      },
    };
  }

  /**
   * @param verify - Whether the peer must show a certificate.
   * @param takesAny - Whether any certificate will do.
   */
  #configure(
    verify: boolean,
    takesAny: boolean,
    ca: string | undefined,
    identity: QuicIdentity | undefined,
  ): Config {
    const config = this.#quiche.Config.withBoringSslCtx(
      verify,
      takesAny,
      ca === undefined ? undefined : bytes(ca),
      identity === undefined ? undefined : [bytes(identity.key)],
      identity === undefined ? undefined : [bytes(identity.certificate)],
      undefined,
    );
    const { idleTimeoutMs = IDLE_TIMEOUT_MS } = this.#limits;
    const { streamWindow = STREAM_WINDOW, connectionWindow = CONNECTION_WINDOW } = this.#limits;
    config.setApplicationProtos(['netceptor']);
    config.setMaxIdleTimeout(idleTimeoutMs);
    config.setMaxSendUdpPayloadSize(MAX_DATAGRAM);
    config.setMaxRecvUdpPayloadSize(MAX_DATAGRAM);
    config.setInitialMaxData(connectionWindow);
    config.setInitialMaxStreamDataBidiLocal(streamWindow);
    config.setInitialMaxStreamDataBidiRemote(streamWindow);
    config.setMaxConnectionWindow(connectionWindow);
    config.setMaxStreamWindow(streamWindow);
    config.setInitialMaxStreamsBidi(100);
    config.enablePacing(false);
    config.setDisableActiveMigration(true);
    config.grease(false);
    return config;
  }
}
