/** One block of a PEM file. */
export interface PemBlock {
  /** What stands behind BEGIN, such as `CERTIFICATE`. */
  readonly type: string;
  readonly der: Buffer;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

/** The blocks of a PEM text; what stands between them, and what is not ended, is ignored. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
    at += BEGIN.length;
    const labelEnd = text.indexOf(DASHES, at);
    if (labelEnd < 0) break;
    const type = text.slice(at, labelEnd);
    const end = text.indexOf(`-----END ${type}${DASHES}`, labelEnd);
    if (end < 0) continue;
    const lines = text.slice(labelEnd + DASHES.length, end).split('\n');
    // Lines with a colon are headers, as of encrypted keys.
    const body = lines.filter((line) => !line.includes(':')).join('');
    blocks.push({ type, der: Buffer.from(body, 'base64') });
    at = end;
  }
  return blocks;
}

/** A PEM block with 64 characters a line and a newline at its end. */
export function toPem(type: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}
