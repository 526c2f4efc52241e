/** One block of a PEM file. */
export interface PemBlock {
  /** What stands behind BEGIN, such as `CERTIFICATE`. */
  readonly type: string;
  readonly der: Buffer;
}

const block =
  /-----BEGIN ([A-Z0-9 ]{1,64})-----\s+(?:[A-Za-z-]+:[^\n]*\n)*\s*([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** The blocks of a PEM text; what stands between them is ignored. */
export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(block)].map(([, type = '', body = '']) => ({
    type,
    der: Buffer.from(body, 'base64'),
  }));
}

/** A PEM block with 64 characters a line and a newline at its end. */
export function toPem(type: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}
