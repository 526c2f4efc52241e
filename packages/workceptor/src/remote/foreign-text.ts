/** The longest text of another node that is kept and shown, in characters. Each of 100,000 units may keep one. */
export const MAX_FOREIGN_TEXT = 1_024;

/** Other than the characters that move a terminal's cursor or change how it looks. */
const control = /\p{Cc}/gu;

/**
 * A text of another node, fit to be stored, logged and shown: at most {@link MAX_FOREIGN_TEXT} characters of it, control
 * characters as spaces.
 */
export function foreignText(text: string): string {
  const short = text.length > MAX_FOREIGN_TEXT ? `${text.slice(0, MAX_FOREIGN_TEXT - 3)}...` : text;
  return short.replace(control, ' ');
}
