/** The engine copies a part of a text that is no longer than this; a longer one it keeps as a place in the whole. */
const COPIED_ANYWAY = 12;

/**
 * The same text, in memory of its own. A name taken out of a message would keep the whole message, of up to 64 KiB, for as long as
 * the name is kept.
 */
export function ownCopy(text: string): string {
  // Half a surrogate pair would not survive; texts with one come from the JSON parser, which makes copies.
  if (text.length <= COPIED_ANYWAY || /[\ud800-\udfff]/.test(text)) return text;
  return Buffer.from(text).toString();
}
