/** The longest line, in characters. */
const MAX_LINE = 2048;

/** A text as one line whatever is in it: control characters, line ends and lone surrogates are escaped. Cut when it is longer than `most` characters. */
export function oneLine(message: string, most = MAX_LINE): string {
  const line = message.length > most ? `${message.slice(0, most)}...` : message;
  return line.replace(
    /[\p{Cc}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
