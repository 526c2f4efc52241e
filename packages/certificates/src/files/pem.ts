/** One block of a PEM file. */
export interface PemBlock {
  /** What stands behind BEGIN, such as `CERTIFICATE`. */
  readonly type: string;
  readonly der: Buffer;
}

/** A line that begins or ends a block; labels are short, and hold no two dashes in a row (RFC 7468). */
const MARK = /-----(BEGIN|END) ((?:[^-\r\n]|-(?!-)){1,64})-----/g;

/** The blocks of a PEM text; what stands between them, and what is not ended, is ignored. One pass. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly type: string; readonly at: number } | undefined;
  for (const mark of text.matchAll(MARK)) {
    const [whole, what, type = ''] = mark;
    if (what === 'BEGIN') open = { type, at: mark.index + whole.length };
    else if (open?.type === type) {
      blocks.push({ type, der: contentOf(text.slice(open.at, mark.index)) });
      open = undefined;
    }
  }
  return blocks;
}

function contentOf(text: string): Buffer {
  // Lines with a colon are headers, as of encrypted keys.
  const lines = text.split('\n').filter((line) => !line.includes(':'));
  return Buffer.from(lines.join(''), 'base64');
}

/** A PEM block with 64 characters a line and a newline at its end. */
export function toPem(type: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}
