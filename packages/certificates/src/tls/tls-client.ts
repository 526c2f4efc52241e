import { EventEmitter } from 'node:events';
import { validateOptions } from '@receptorjs/validation';
import { CertificateError } from '../certificate-error.js';
import { decodeFingerprints, type Fingerprints } from '../chain/fingerprints.js';
import type { ParsedCertificate } from '../chain/parsed-certificate.js';
import { isInsecureCertificate, verifyPeer, type ExpectedPeer } from '../chain/verify-peer.js';
import { tlsClientChecks, type TlsClientConfig } from './tls-config.js';
import type { TlsMaterial } from '../files/tls-material.js';
import { withPrefix } from './tls-server.js';
import { alertProblem } from './tls-failure.js';
import { loadChecks, WatchedMaterial, type LoadOptions } from '../files/watched-material.js';

/**
 * A loaded `tls-client`. New connections use what the files hold at the time; those that stand stay as they are. Emits
 * `changed` when {@link TlsClient.current} is another.
 */
export class TlsClient extends EventEmitter<{ changed: [] }> {
  readonly config: TlsClientConfig;
  readonly #pins: Fingerprints;
  readonly #material: WatchedMaterial;

  private constructor(config: TlsClientConfig, pins: Fingerprints, material: WatchedMaterial) {
    super();
    this.setMaxListeners(0);
    this.config = config;
    this.#pins = pins;
    this.#material = material;
    material.on('changed', () => this.emit('changed'));
  }

  /**
   * Reads, checks and begins to watch the files of a configuration.
   *
   * @throws {CertificateError} `unreadable-file`, `unreadable-certificate`, `invalid-configuration`, `wrong-name`; the
   *   message begins as the original's: `error preparing tls client config: `
   * @throws {TypeError} `invalid-argument` for a field or an option of the wrong kind or name
   */
  static async load(config: TlsClientConfig, options: LoadOptions): Promise<TlsClient> {
    validateOptions<TlsClientConfig>('TlsClient.load: config', config, tlsClientChecks);
    validateOptions<LoadOptions>('TlsClient.load', options, loadChecks);
    const { name, cert = '', key = '', rootCas = '', skipReceptorNamesCheck = false } = config;
    try {
      if ((cert === '') !== (key === '')) {
        throw new CertificateError(
          'invalid-configuration',
          'cert and key must both be supplied or neither',
          { hint: `${cert === '' ? 'cert' : 'key'} is missing in tls-client ${name}` },
        );
      }
      const pins = decodeFingerprints(config.pinnedServerCert ?? []);
      const material = await WatchedMaterial.load(
        {
          name,
          checksPeers: true,
          caKind: 'root',
          ...(cert === '' ? {} : { cert, key }),
          ...(rootCas === '' ? {} : { ca: rootCas }),
          ...(skipReceptorNamesCheck ? {} : { nodeId: options.nodeId }),
        },
        options,
      );
      return new TlsClient(config, pins, material);
    } catch (error) {
      throw withPrefix('error preparing tls client config: ', error);
    }
  }

  /** What new connections use. */
  current(): TlsMaterial {
    return this.#material.current;
  }

  /** This node's certificate and those after it in its file; none when none is configured. */
  get certificates(): readonly ParsedCertificate[] {
    return this.#material.loaded.own;
  }

  /**
   * Says what is wrong with the chain a server shows (DER, its own first), or nothing.
   *
   * @param expected - `nodeId` for streams of the mesh, `host` for links and other sockets.
   */
  verifyServer(
    chain: readonly Uint8Array[],
    expected: ExpectedPeer = {},
  ): CertificateError | undefined {
    if (chain.some(isInsecureCertificate)) {
      return new CertificateError('insecure-service', 'secure connection to insecure service', {
        hint: 'The service has no TLS configuration: dial it without one, or give it one.',
      });
    }
    return verifyPeer(chain, expected, {
      purpose: 'server',
      anchors: this.#material.loaded.anchors,
      pins: this.#pins,
      pinsOnly: this.config.insecureSkipVerify === true,
      now: this.#material.now(),
    });
  }

  /** The error for an alert of TLS that ended a handshake with a server; see {@link alertProblem}. */
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
