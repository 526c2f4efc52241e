/**
 * Translates a regular expression of Python's `re`, searched with its multiline flag, into one of
 * JavaScript. Line ends are `\n` alone, as in Python.
 *
 * @throws SyntaxError when it can't be expressed or is no regular expression.
 */
export function fromPythonPattern(pattern: string): RegExp {
  let flags = 'u';
  let rest = pattern;
  let dot = '[^\\n]';
  const leading = /^\(\?([aiLmsux]+)\)/.exec(rest);
  if (leading?.[1] !== undefined) {
    if (/[xL]/.test(leading[1])) throw new SyntaxError('the flags x and L are not supported');
    if (leading[1].includes('i')) flags += 'i';
    if (leading[1].includes('s')) dot = '[\\s\\S]';
    rest = rest.slice(leading[0].length);
  }
  const translated: string[] = [];
  let inClass = false;
  for (let index = 0; index < rest.length; index++) {
    const character = rest.charAt(index);
    if (character === '\\') {
      const escaped = rest.charAt(++index);
      if (escaped === '') throw new SyntaxError('the pattern ends in a backslash');
      translated.push(escape(escaped, inClass));
    } else if (inClass) {
      if (character === ']' && translated.at(-1) !== '[' && translated.at(-1) !== '[^')
        inClass = false;
      translated.push(
        character === '[' || (character === ']' && inClass) ? `\\${character}` : character,
      );
    } else if (character === '[') {
      inClass = true;
      const negated = rest.charAt(index + 1) === '^';
      if (negated) index++;
      translated.push(negated ? '[^' : '[');
    } else if (character === '.') translated.push(dot);
    else if (character === '^') translated.push('(?<![^\\n])');
    else if (character === '$') translated.push('(?![^\\n])');
    else if (rest.startsWith('(?P<', index)) {
      translated.push('(?<');
      index += 3;
    } else if (rest.startsWith('(?P=', index)) {
      const end = rest.indexOf(')', index);
      translated.push(`\\k<${rest.slice(index + 4, end)}>`);
      index = end;
    } else if (character === ']' || character === '}') translated.push(`\\${character}`);
    else if (character === '{') {
      const count = /^\{(\d*)(,?)(\d*)\}/.exec(rest.slice(index));
      if (count !== null && (count[1] !== '' || count[3] !== '')) {
        translated.push(
          `{${count[1] === '' ? '0' : (count[1] ?? '0')}${count[2] ?? ''}${count[3] ?? ''}}`,
        );
        index += count[0].length - 1;
      } else translated.push('\\{');
    } else translated.push(character);
  }
  return new RegExp(translated.join(''), flags);
}

/** Kinds of characters go by Unicode in Python. */
const KINDS: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '[_\\p{L}\\p{N}]',
  W: '[^_\\p{L}\\p{N}]',
};
const KINDS_IN_CLASS: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '_\\p{L}\\p{N}',
};

function escape(character: string, inClass: boolean): string {
  if (character === 'A') return '(?<![\\s\\S])';
  if (character === 'Z') return '(?![\\s\\S])';
  if (character === 'a') return '\\x07';
  const kind = inClass ? KINDS_IN_CLASS[character] : KINDS[character];
  if (kind !== undefined) return kind;
  if (/[dDsSwWnrtfvxu0-9]/.test(character)) return `\\${character}`;
  if (/[bB]/.test(character)) return inClass ? '\\x08' : `\\${character}`;
  // The unicode flag allows escapes of syntax characters only.
  if (/[\^$\\.*+?()[\]{}|/-]/.test(character))
    return character === '-' && !inClass ? '-' : `\\${character}`;
  return character;
}
