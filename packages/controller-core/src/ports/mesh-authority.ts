/** What a certificate of a node is for. */
export interface NodeCertificate {
  readonly nodeId: string;
  /** Names and addresses that it listens at. */
  readonly hosts: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The CA, its key at hand. */
export interface OpenAuthority {
  /** Its certificate in PEM. */
  readonly certificate: string;
  /** A certificate in PEM for the key of a request, whatever names that asks for. */
  issue(request: string, certificate: NodeCertificate): string;
}

/** The CA that all nodes of the mesh are known by. */
export interface MeshAuthority {
  /** Gets it where it is kept, which may be the database: not to be waited for within a transaction. It is made when it is asked for first. */
  open(): Promise<OpenAuthority>;
  /**
   * SHA-256 of the public key of a certificate request, in hex.
   *
   * @throws {JoinError} `bad-request` where that is none, or of a key that is not signed
   */
  keyDigest(request: string): string;
}
