/** What holds for a part of a pattern: Python's flags i, m, s, x and a. */
export interface PatternFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly a: boolean;
}

/** Sets of characters, inside of brackets: Unicode's in Python, unless the flag a says otherwise. */
const UNICODE = { d: '\\p{Nd}', w: '_\\p{L}\\p{N}', s: '\\s' } as const;
const ASCII = { d: '0-9', w: '0-9A-Z_a-z', s: ' \\t-\\r' } as const;

/** `d`, `w`, `s`, or their capitals for the opposite, as what stands in brackets, and whether these are negated. */
export function kindOf(
  letter: string,
  flags: PatternFlags,
): { readonly set: string; readonly negated: boolean } | undefined {
  const kind = letter.toLowerCase();
  if (kind !== 'd' && kind !== 'w' && kind !== 's') return undefined;
  return { set: (flags.a ? ASCII : UNICODE)[kind], negated: kind !== letter };
}

/** The end of a word, or the beginning, or with `\B` neither. */
export function boundary(letter: 'b' | 'B', flags: PatternFlags): string {
  const word = `[${(flags.a ? ASCII : UNICODE).w}]`;
  return letter === 'b'
    ? `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
    : `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
}

const SIMPLE: Readonly<Record<string, number>> = {
  ...{ a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 },
};

/**
 * The character that an escape stands for, and the length of what stands behind the backslash; `undefined` for none.
 *
 * @param rest what stands behind the backslash
 * @param inClass whether `\b` is the backspace and digits are never a group
 * @throws {SyntaxError} for an escape that Python does not know, or that is not supported.
 */
export function escapedCharacter(
  rest: string,
  inClass: boolean,
): { readonly code: number; readonly length: number } | undefined {
  const hex = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest);
  if (hex !== null) {
    const code = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16);
    if (code > 0x10_ffff) throw new SyntaxError(`bad escape \\${hex[0]}`);
    return { code, length: hex[0].length };
  }
  const octal = (inClass ? /^[0-7]{1,3}/ : /^(?:0[0-7]{0,2}|[0-3][0-7]{2})/).exec(rest)?.[0];
  if (octal !== undefined) return { code: Number.parseInt(octal, 8), length: octal.length };
  const [first = ''] = rest;
  if (first === '') throw new SyntaxError('the pattern ends in a backslash');
  const simple = first === 'b' && !inClass ? undefined : SIMPLE[first];
  if (simple !== undefined) return { code: simple, length: 1 };
  if (first === 'N') throw new SyntaxError('characters by name, as \\N{...}, are not supported');
  if (/[A-Za-z0-9]/.test(first)) return undefined;
  return { code: first.codePointAt(0) ?? 0, length: first.length };
}

/** Most characters of a range whose other cases are looked for. */
const MAX_RANGE = 0x1_000;
/** Characters that have a third one for the same letter. */
const THIRD: Readonly<Record<string, string>> = {
  k: '\u212a',
  s: '\u017f',
  å: '\u212b',
  ω: '\u2126',
};

/** A character as it stands in a pattern: nothing else than itself. */
export function literal(code: number): string {
  const text = String.fromCodePoint(code);
  return /^[\p{L}\p{N} _]$/u.test(text) ? text : `\\u{${code.toString(16)}}`;
}

/**
 * A range, in both cases where case does not count, as what stands in brackets.
 *
 * @throws {SyntaxError} when it is too long for that.
 */
export function range(from: number, to: number, flags: PatternFlags): string {
  if (flags.i && to - from > MAX_RANGE)
    throw new SyntaxError(
      `a range of more than ${MAX_RANGE} characters can't be without case here`,
    );
  const others = new Set<number>();
  if (flags.i)
    for (let code = from; code <= to; code++)
      for (const one of casesOf(code, flags)) if (one < from || one > to) others.add(one);
  return `${literal(from)}-${literal(to)}${[...others].map(literal).join('')}`;
}

/** A character, and those that are the same where case does not count: of ASCII alone, if the flag a says so. */
export function casesOf(code: number, flags: PatternFlags): readonly number[] {
  if (!flags.i) return [code];
  const text = String.fromCodePoint(code);
  const lower = text.toLowerCase();
  const all = [text, lower, text.toUpperCase(), lower.toUpperCase(), THIRD[lower] ?? text];
  const codes = all.flatMap((one) => {
    const [first, second] = Array.from(one, (character) => character.codePointAt(0) ?? 0);
    const single = first !== undefined && second === undefined;
    return single && (!flags.a || first === code || (first < 128 && code < 128)) ? [first] : [];
  });
  return [...new Set(codes)];
}
