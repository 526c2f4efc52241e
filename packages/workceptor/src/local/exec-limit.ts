/** Bytes of one argument with its NUL, and of all with the environment, that Linux gives to a program; other systems give less in all. */
const MAX_WORD_BYTES = 131_072;
const MAX_TOTAL_BYTES = process.platform === 'linux' ? 2_097_152 : 1_048_576;

/** Room for what the system and the shell that starts the command add. */
const RESERVE_BYTES = 8_192;

/** Bytes of a pointer to a word. */
const POINTER_BYTES = 8;

/** Why a program can't be started with these words as its arguments, or `undefined` when it can. */
export function whyTooLong(
  words: readonly string[],
  environment = process.env,
): string | undefined {
  let total = RESERVE_BYTES;
  for (const [name, value = ''] of Object.entries(environment)) {
    total += name.length + Buffer.byteLength(value) + 2 + POINTER_BYTES;
  }
  for (const word of words) {
    const bytes = Buffer.byteLength(word) + 1;
    if (bytes > MAX_WORD_BYTES && process.platform === 'linux') {
      return `argument list too long: an argument has ${bytes - 1} bytes, allowed are ${MAX_WORD_BYTES - 1}`;
    }
    total += bytes + POINTER_BYTES;
    if (total > MAX_TOTAL_BYTES) {
      return `argument list too long: arguments and environment have more than the ${MAX_TOTAL_BYTES} bytes that are allowed`;
    }
  }
  return undefined;
}
