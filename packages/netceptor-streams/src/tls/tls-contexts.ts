import { errorText } from '@receptorjs/primitives';
import type { TlsClient, TlsMaterial, TlsServer } from '@receptorjs/certificates';
import type {
  QuicAcceptor,
  QuicConnector,
  QuicEngine,
  QuicIdentity,
} from '@receptorjs/quic-engine';
import { StreamError } from '../errors.js';
import { insecureIdentity } from './insecure-identity.js';

/**
 * What connections of a host begin with: one for each state of each TLS configuration, forgotten with it. It alone
 * writes its fields.
 */
export class TlsContexts {
  readonly #engine: QuicEngine;
  readonly #connectors = new WeakMap<TlsMaterial, QuicConnector>();
  readonly #acceptors = new WeakMap<TlsMaterial, QuicAcceptor>();
  #insecureConnector: QuicConnector | undefined;
  #insecureAcceptor: QuicAcceptor | undefined;

  constructor(engine: QuicEngine) {
    this.#engine = engine;
  }

  /** @throws {StreamError} `tls-unusable` */
  connector(tls: TlsClient | undefined): QuicConnector {
    if (tls === undefined) {
      return (this.#insecureConnector ??= this.#engine.connector({
        ca: undefined,
        identity: undefined,
      }));
    }
    const material = tls.current();
    let connector = this.#connectors.get(material);
    if (connector === undefined) {
      const ca = tls.config.insecureSkipVerify === true ? undefined : (material.caPem ?? '');
      connector = usable(tls.config.name, () =>
        this.#engine.connector({ ca, identity: identityOf(material) }),
      );
      this.#connectors.set(material, connector);
    }
    return connector;
  }

  /** @throws {StreamError} `tls-unusable` */
  acceptor(tls: TlsServer | undefined): QuicAcceptor {
    if (tls === undefined) {
      return (this.#insecureAcceptor ??= this.#engine.acceptor(insecureIdentity(Date.now()), {
        clients: 'unasked',
        ca: undefined,
      }));
    }
    const material = tls.current();
    let acceptor = this.#acceptors.get(material);
    if (acceptor === undefined) {
      acceptor = usable(tls.config.name, () => {
        const identity = identityOf(material);
        if (identity === undefined) throw new Error('it has no certificate');
        return this.#engine.acceptor(identity, {
          clients: tls.clientCertificates,
          ca: material.caPem,
        });
      });
      this.#acceptors.set(material, acceptor);
    }
    return acceptor;
  }
}

function identityOf({ certificatePem, keyPem }: TlsMaterial): QuicIdentity | undefined {
  return certificatePem === undefined || keyPem === undefined
    ? undefined
    : { certificate: certificatePem, key: keyPem };
}

function usable<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const why = errorText(cause);
    throw new StreamError('tls-unusable', `TLS configuration ${name} can't be used: ${why}`, {
      hint: 'Streams take RSA and ECDSA certificates, keys and CAs in PEM.',
      cause,
    });
  }
}
