import { EventEmitter } from 'node:events';
import { validateOptions } from '@receptorjs/validation';
import { CertificateError } from '../certificate-error.js';
import { decodeFingerprints, type Fingerprints } from '../chain/fingerprints.js';
import type { ParsedCertificate } from '../chain/parsed-certificate.js';
import { verifyPeer } from '../chain/verify-peer.js';
import { tlsServerChecks, type TlsServerConfig } from './tls-config.js';
import type { TlsMaterial } from '../files/tls-material.js';
import { alertProblem } from './tls-failure.js';
import { loadChecks, WatchedMaterial, type LoadOptions } from '../files/watched-material.js';

/** Whether clients must, may or need not show a certificate. */
export type ClientCertificates = 'required' | 'optional' | 'unasked';

/**
 * A loaded `tls-server`. New connections use what the files hold at the time; those that stand stay as they are. Emits
 * `changed` when {@link TlsServer.current} is another.
 */
export class TlsServer extends EventEmitter<{ changed: [] }> {
  readonly config: TlsServerConfig;
  readonly clientCertificates: ClientCertificates;
  readonly #pins: Fingerprints;
  readonly #material: WatchedMaterial;

  private constructor(
    config: TlsServerConfig,
    clientCertificates: ClientCertificates,
    pins: Fingerprints,
    material: WatchedMaterial,
  ) {
    super();
    this.setMaxListeners(0);
    this.config = config;
    this.clientCertificates = clientCertificates;
    this.#pins = pins;
    this.#material = material;
    material.on('changed', () => this.emit('changed'));
  }

  /**
   * Reads, checks and begins to watch the files of a configuration.
   *
   * @throws {CertificateError} `unreadable-file`, `unreadable-certificate`, `invalid-configuration`, `wrong-name`; the
   *   message begins as the original's: `error preparing tls server config: `
   * @throws {TypeError} `invalid-argument` for a field or an option of the wrong kind or name
   */
  static async load(config: TlsServerConfig, options: LoadOptions): Promise<TlsServer> {
    validateOptions<TlsServerConfig>('TlsServer.load: config', config, tlsServerChecks);
    validateOptions<LoadOptions>('TlsServer.load', options, loadChecks);
    const { name, cert, key, clientCas, skipReceptorNamesCheck = false } = config;
    const clientCertificates =
      config.requireClientCert === true
        ? 'required'
        : clientCas === undefined || clientCas === ''
          ? 'unasked'
          : 'optional';
    try {
      const pins = decodeFingerprints(config.pinnedClientCert ?? []);
      const material = await WatchedMaterial.load(
        {
          name,
          cert,
          key,
          checksPeers: clientCertificates !== 'unasked',
          caKind: 'client',
          ...(clientCas === undefined || clientCas === '' ? {} : { ca: clientCas }),
          ...(skipReceptorNamesCheck ? {} : { nodeId: options.nodeId }),
        },
        options,
      );
      if (pins.length > 0 && clientCertificates === 'unasked') {
        options.log?.warning(
          `TLS configuration ${name}: pinnedclientcert has no effect without requireclientcert or clientcas`,
        );
      }
      return new TlsServer(config, clientCertificates, pins, material);
    } catch (error) {
      throw withPrefix('error preparing tls server config: ', error);
    }
  }

  /** What new connections use. */
  current(): TlsMaterial {
    return this.#material.current;
  }

  /** This node's certificate and those after it in its file. */
  get certificates(): readonly ParsedCertificate[] {
    return this.#material.loaded.own;
  }

  /**
   * Says what is wrong with the chain a client shows (DER, its own first), or nothing. A chain is always checked when
   * there is one and certificates are asked for.
   *
   * @param expected - `nodeId`: the node that the client says it is, for streams of the mesh.
   */
  verifyClient(
    chain: readonly Uint8Array[],
    expected: { readonly nodeId?: string } = {},
  ): CertificateError | undefined {
    if (this.clientCertificates === 'unasked') return undefined;
    if (chain.length === 0 && this.clientCertificates === 'optional') return undefined;
    return verifyPeer(chain, expected, {
      purpose: 'client',
      anchors: this.#material.loaded.anchors,
      pins: this.#pins,
      pinsOnly: false,
      now: this.#material.now(),
    });
  }

  /** The error for an alert of TLS that ended a handshake with a client; see {@link alertProblem}. */
  alertProblem(alert: number, by: 'local' | 'peer', reason: string): CertificateError {
    return alertProblem(alert, by, reason);
  }

  /** Looks at the files now instead of within five seconds; resolves when a change has been taken over. */
  refresh(): Promise<void> {
    return this.#material.refresh();
  }

  /** Stops watching the files. Connections and {@link current} stay. */
  close(): void {
    this.#material.close();
    this.removeAllListeners();
  }
}

/** The error with the prefix before its message. */
export function withPrefix(prefix: string, error: unknown): unknown {
  if (!(error instanceof CertificateError)) return error;
  const { code, message, hint, cause } = error;
  return new CertificateError(code, `${prefix}${message}`, {
    hint,
    cause,
  });
}
