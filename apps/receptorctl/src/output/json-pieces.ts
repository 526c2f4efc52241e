import { encodeJson } from '@receptorjs/control-protocol';

/**
 * Bytes as lines of JSON: `Position` of the first one in the output, and `Text`, or `Base64` of a piece that is no UTF-8. A
 * character that a piece begins stands in the next.
 */
export async function* jsonPieces(
  chunks: AsyncIterable<Uint8Array>,
  position: bigint,
): AsyncGenerator<string, void> {
  let at = position;
  let begun = Buffer.alloc(0);
  const line = (piece: Buffer): string => {
    const text = textOf(piece);
    const content = text === undefined ? { Base64: piece.toString('base64') } : { Text: text };
    const shown = encodeJson({ Position: at, ...content });
    at += BigInt(piece.length);
    return `${shown}\n`;
  };
  for await (const chunk of chunks) {
    const all = Buffer.concat([begun, chunk]);
    const end = all.length - begunBytes(all);
    begun = all.subarray(end);
    if (end > 0) yield line(all.subarray(0, end));
  }
  if (begun.length > 0) yield line(begun);
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How many bytes at the end are the beginning of a character whose other bytes are not there. */
function begunBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte > 0xf7) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}
