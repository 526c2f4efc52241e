/** The longest bytes whose result is kept: keys and certificates are shorter. */
const MAX_KEY_BYTES = 4_096;

/**
 * The same function, with its last results kept by the bytes they are of; for results that nobody changes. The result that was not asked
 * for the longest gives way. What throws is not kept, nor is what is of more than 4,096 bytes.
 *
 * @param max results kept
 */
export function memoizeBytes<T>(
  max: number,
  compute: (bytes: Uint8Array) => T,
): (bytes: Uint8Array) => T {
  const kept = new Map<string, { readonly result: T }>();
  return (bytes) => {
    if (bytes.length > MAX_KEY_BYTES) return compute(bytes);
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const known = kept.get(key);
    kept.delete(key);
    const entry = known ?? { result: compute(bytes) };
    kept.set(key, entry);
    const [oldest = key] = kept.keys();
    if (kept.size > max) kept.delete(oldest);
    return entry.result;
  };
}
