const DIGITS =
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Decodes a key of 40 characters of Z85 to 32 bytes; `undefined` for what is none. */
export function decodeKey(text: string): Buffer | undefined {
  if (text.length !== 40) return undefined;
  const bytes = Buffer.alloc(32);
  for (let group = 0; group < 8; group++) {
    let value = 0;
    for (let at = 0; at < 5; at++) {
      const digit = DIGITS.indexOf(text[group * 5 + at] ?? '');
      if (digit < 0) return undefined;
      value = value * 85 + digit;
    }
    if (value > 0xffffffff) return undefined;
    bytes.writeUInt32BE(value, group * 4);
  }
  return bytes;
}
