/** Encodes without line breaks; pieces of any size in, pieces whose joint text is one base64 text out. */
export async function* encodeBase64(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of bytes) {
    const joined = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = joined.length - (joined.length % 3);
    if (whole > 0) yield Buffer.from(joined.toString('base64', 0, whole), 'latin1');
    rest = joined.subarray(whole);
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}

/** Decodes what {@link encodeBase64} made, cut anywhere. */
export async function* decodeBase64(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = '';
  for await (const piece of text) {
    const joined = rest + piece.toString('latin1');
    const whole = joined.length - (joined.length % 4);
    if (whole > 0) yield Buffer.from(joined.slice(0, whole), 'base64');
    rest = joined.slice(whole);
  }
  if (rest !== '') yield Buffer.from(rest, 'base64');
}
