import { arrayOf, flag, optional, text, type OptionChecks } from '@receptorjs/validation';

/** A `tls-server` of the configuration: who this node is to those that connect to it. */
export interface TlsServerConfig {
  readonly name: string;
  /** File with the certificate and the intermediate CAs it needs, PEM. */
  readonly cert: string;
  /** File with its private key, PEM, not encrypted. */
  readonly key: string;
  /** Default false. */
  readonly requireClientCert?: boolean;
  /** File with the CAs that client certificates are checked by; without it, those of the system. */
  readonly clientCas?: string;
  /** Fingerprints (sha256, sha512) of which a client certificate must have one. */
  readonly pinnedClientCert?: readonly string[];
  /** Takes a certificate that does not name this node. Default false. */
  readonly skipReceptorNamesCheck?: boolean;
  /** Default false: TLS 1.2 is taken. Mesh streams are always TLS 1.3. */
  readonly minTls13?: boolean;
}

export const tlsServerChecks: OptionChecks<TlsServerConfig> = {
  name: text,
  cert: text,
  key: text,
  requireClientCert: optional(flag),
  clientCas: optional(text),
  pinnedClientCert: optional(arrayOf(text)),
  skipReceptorNamesCheck: optional(flag),
  minTls13: optional(flag),
};

/** A `tls-client` of the configuration: whom this node trusts when it connects, and who it is to them. */
export interface TlsClientConfig {
  readonly name: string;
  /** File with the certificate shown to servers that ask for one, PEM. Needs `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** File with the CAs that are trusted; without it, those of the system. */
  readonly rootCas?: string;
  /** Accepts any server certificate, except that fingerprints stay checked. Default false. */
  readonly insecureSkipVerify?: boolean;
  /** Fingerprints (sha256, sha512) of which the server's certificate must have one. */
  readonly pinnedServerCert?: readonly string[];
  /** Takes a certificate of its own that does not name this node. Default false. */
  readonly skipReceptorNamesCheck?: boolean;
  /** Default false: TLS 1.2 is taken. Mesh streams are always TLS 1.3. */
  readonly minTls13?: boolean;
}

export const tlsClientChecks: OptionChecks<TlsClientConfig> = {
  name: text,
  cert: optional(text),
  key: optional(text),
  rootCas: optional(text),
  insecureSkipVerify: optional(flag),
  pinnedServerCert: optional(arrayOf(text)),
  skipReceptorNamesCheck: optional(flag),
  minTls13: optional(flag),
};
