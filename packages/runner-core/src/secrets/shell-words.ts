/**
 * Splits a command line as a POSIX shell does, without any expansion.
 *
 * @throws RangeError when a quote is not closed or the text ends in a backslash.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === "'") {
      const end = text.indexOf("'", index + 1);
      if (end < 0) throw new RangeError(`the quote at character ${index + 1} is not closed`);
      word = (word ?? '') + text.slice(index + 1, end);
      index = end;
    } else if (character === '"') {
      word ??= '';
      const start = index++;
      for (; text.charAt(index) !== '"'; index++) {
        if (index >= text.length)
          throw new RangeError(`the quote at character ${start + 1} is not closed`);
        if (
          text.charAt(index) === '\\' &&
          '"\\'.includes(text.charAt(index + 1)) &&
          index + 1 < text.length
        )
          index++;
        word += text.charAt(index);
      }
    } else if (character === '\\') {
      if (index + 1 >= text.length) throw new RangeError('the text ends in a backslash');
      word = (word ?? '') + text.charAt(++index);
    } else if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Quotes one word for a POSIX shell; words that need no quotes stay as they are. */
export function quoteWord(word: string): string {
  if (word !== '' && !/[^\w@%+=:,./-]/.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
