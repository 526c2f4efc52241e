/** The longest line, in characters. */
const MAX_LINE = 2048;

/** A text as one line whatever is in it: control characters, line ends and lone surrogates are escaped. Cut when it is long. */
export function oneLine(message: string): string {
  const line = message.length > MAX_LINE ? `${message.slice(0, MAX_LINE)}...` : message;
  return line.replace(
    /[\p{Cc}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
