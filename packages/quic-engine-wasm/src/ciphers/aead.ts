/** Bytes of the tag of every AEAD of TLS 1.3. */
export const TAG_BYTES = 16;

/** The AEADs by what OpenSSL calls them, in the order of `Aead` in rust/src/crypto/packets.rs. */
export const AEAD_NAMES = ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'] as const;

/** An AEAD with its key. */
export interface Aead {
  /** Seals `data` in place and writes its tag into `tag`. */
  seal(nonce: Buffer, header: Buffer, data: Buffer, tag: Buffer): void;
  /**
   * Opens `data`, which ends with its tag, in place; false when it is not what was sealed: what it holds then must not be used.
   */
  open(nonce: Buffer, header: Buffer, data: Buffer): boolean;
  /** Frees what it holds outside of the memory of JavaScript; it is not used after that. */
  free(): void;
}
