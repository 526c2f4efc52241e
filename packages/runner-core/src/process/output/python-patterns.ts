import {
  boundary,
  casesOf,
  escapedCharacter,
  kindOf,
  literal,
  range,
  type PatternFlags,
} from './python-characters.js';

/**
 * Translates a regular expression of Python's `re`, searched with its multiline flag, into one of
 * JavaScript. Line ends are `\n` alone, as in Python.
 *
 * @throws {SyntaxError} when it can't be expressed or is no regular expression.
 */
export function fromPythonPattern(pattern: string): RegExp {
  const [leading = ''] = /^(?:\(\?[aiLmsux]+\))*/.exec(pattern) ?? [];
  const flag = (name: string) => leading.includes(name);
  if (flag('L')) throw new SyntaxError('the flag L is for patterns of bytes only');
  if (flag('a') && flag('u')) throw new SyntaxError('the flags a and u exclude each other');
  // Where all of it is without case, the engine does that; else letters are written in both cases.
  const wholly = flag('i') && !flag('a') && !/\(\?[a-z]*(?:-[a-z]*i|a[a-z]*[:-])/.test(pattern);
  const flags = { i: flag('i') && !wholly, m: true, s: flag('s'), x: flag('x'), a: flag('a') };
  const translated = new Translation(pattern, leading.length, wholly).whole(flags);
  return new RegExp(translated, wholly ? 'iu' : 'u');
}

/** A step of a pattern: what a quantifier behind it would repeat. */
interface Step {
  readonly text: string;
  /** `place` can't be repeated, and `repeated` can't be so again. */
  readonly kind: 'one' | 'place' | 'repeated';
}

const QUANTIFIER = /^(?:[*+?]|\{(\d*)(,?)(\d*)\})/;
const FLAG_LETTERS = /^\?([aiLmsux]*)(?:-([imsx]+))?(:|\))/;

/** A translation in progress. Owns the place in the pattern and the list of its groups. */
class Translation {
  readonly #pattern: string;
  readonly #wholly: boolean;
  #at: number;
  /** Python's groups, and whether they are closed. In the result all have names, for it has more than these. */
  readonly #groups: { readonly name?: string; closed: boolean }[] = [];
  #remembered = 0;
  #lookbehinds = 0;

  /**
   * @param at where it begins
   * @param wholly whether case is left to the engine
   */
  constructor(pattern: string, at: number, wholly: boolean) {
    this.#pattern = pattern;
    this.#at = at;
    this.#wholly = wholly;
  }

  whole(flags: PatternFlags): string {
    const text = this.#alternatives(flags);
    if (this.#at < this.#pattern.length) throw new SyntaxError('unbalanced parenthesis');
    return text;
  }

  /** Up to the end, or the parenthesis that closes. */
  #alternatives(flags: PatternFlags): string {
    let text = '';
    let last: Step | undefined;
    const push = (step: Step | undefined) => {
      text += last?.text ?? '';
      last = step;
    };
    for (;;) {
      if (flags.x) this.#take(/^(?:[ \t-\r]|#[^\n]*)+/);
      const next = this.#pattern.charAt(this.#at);
      if (next === '' || next === ')') break;
      if (this.#take(/^\(\?#[^)]*\)/) !== undefined) continue;
      if (next === '|') {
        this.#at++;
        push(undefined);
        text += '|';
        continue;
      }
      const first = this.#at;
      const quantifier = this.#quantifier();
      if (quantifier === undefined) {
        push(this.#step(flags));
        continue;
      }
      if (last === undefined || last.kind === 'place')
        throw new SyntaxError(`nothing to repeat at position ${first}`);
      if (last.kind === 'repeated') throw new SyntaxError(`multiple repeat at position ${first}`);
      last = { text: this.#repeated(last.text, quantifier), kind: 'repeated' };
    }
    push(undefined);
    return text;
  }

  #take(form: RegExp): RegExpExecArray | undefined {
    const found = form.exec(this.#pattern.slice(this.#at));
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }

  #quantifier(): { readonly count: string; readonly how: string } | undefined {
    const found = QUANTIFIER.exec(this.#pattern.slice(this.#at));
    // Braces around no number are braces.
    if (found === null || (found[0].startsWith('{') && !found[1] && !found[3])) return undefined;
    this.#at += found[0].length;
    const [all, least, comma = '', most = ''] = found;
    const count = all.startsWith('{') ? `{${least || '0'}${comma}${most}}` : all;
    return { count, how: this.#take(/^[?+]/)?.[0] ?? '' };
  }

  #repeated(text: string, { count, how }: { readonly count: string; readonly how: string }) {
    return how === '+' ? this.#atomic(text + count) : text + count + how;
  }

  /** What is matched once and never given back: a look ahead that remembers, and then what it remembers. */
  #atomic(text: string): string {
    if (this.#lookbehinds > 0)
      throw new SyntaxError('what is never given back is not supported in a lookbehind');
    const name = `kept${++this.#remembered}`;
    return `(?:(?=(?<${name}>${text}))\\k<${name}>)`;
  }

  #step(flags: PatternFlags): Step {
    const next = this.#pattern.charAt(this.#at);
    if (next === '(') return this.#group(flags);
    if (next === '[') return { text: this.#class(flags), kind: 'one' };
    const code = this.#pattern.codePointAt(this.#at) ?? 0;
    this.#at += String.fromCodePoint(code).length;
    switch (next) {
      case '\\':
        return this.#escape(flags);
      case '.':
        return { text: flags.s ? '[^]' : '[^\\n]', kind: 'one' };
      case '^':
        return { text: flags.m ? '(?<![^\\n])' : '(?<![^])', kind: 'place' };
      case '$':
        return { text: flags.m ? '(?![^\\n])' : '(?=\\n?(?![^]))', kind: 'place' };
      default:
        return { text: character(code, flags), kind: 'one' };
    }
  }

  #escape(flags: PatternFlags): Step {
    const rest = this.#pattern.slice(this.#at);
    const letter = rest.charAt(0);
    const place = PLACES[letter];
    const kind = kindOf(letter, flags);
    const group = /^[1-9]\d?/.exec(rest)?.[0];
    const found = escapedCharacter(rest, false);
    if (place !== undefined || letter === 'b' || letter === 'B') {
      this.#at++;
      return { text: place ?? boundary(letter === 'b' ? 'b' : 'B', flags), kind: 'place' };
    }
    if (kind !== undefined) {
      this.#at++;
      return { text: `[${kind.negated ? '^' : ''}${kind.set}]`, kind: 'one' };
    }
    if (found !== undefined) {
      this.#at += found.length;
      return { text: character(found.code, flags), kind: 'one' };
    }
    if (group === undefined) throw new SyntaxError(`bad escape \\${letter}`);
    this.#at += group.length;
    return this.#reference(Number(group), flags);
  }

  #reference(number: number, flags: PatternFlags): Step {
    const group = this.#groups[number - 1];
    if (group === undefined) throw new SyntaxError(`invalid group reference ${number}`);
    if (!group.closed) throw new SyntaxError('cannot refer to an open group');
    if (flags.i)
      throw new SyntaxError(
        'references to groups are not supported where case does not count for a part only',
      );
    return { text: `\\k<group${number}>`, kind: 'one' };
  }

  #class(flags: PatternFlags): string {
    const start = this.#at;
    const negated = this.#take(/^\[\^?/)?.[0] === '[^';
    let inside = '';
    // Sets that can't stand in brackets, for they are the rest of some characters.
    const apart: string[] = [];
    for (let first = true; ; first = false) {
      if (this.#at >= this.#pattern.length)
        throw new SyntaxError(`unterminated character set at position ${start}`);
      if (!first && this.#take(/^\]/) !== undefined) break;
      const from = this.#member(flags);
      if (typeof from !== 'number') {
        if (from.negated) apart.push(`[^${from.set}]`);
        else inside += from.set;
        if (/^-[^\]]/.test(this.#pattern.slice(this.#at)))
          throw new SyntaxError('bad character range');
        continue;
      }
      if (this.#take(/^-(?=[^\]])/) === undefined) {
        inside += casesOf(from, flags).map(literal).join('');
        continue;
      }
      const to = this.#member(flags);
      if (typeof to !== 'number' || to < from) throw new SyntaxError('bad character range');
      inside += range(from, to, flags);
    }
    if (apart.length === 0) return `[${negated ? '^' : ''}${inside}]`;
    const any = [...(inside === '' ? [] : [`[${inside}]`]), ...apart].join('|');
    return negated ? `(?:(?!${any})[^])` : `(?:${any})`;
  }

  #member(flags: PatternFlags): number | NonNullable<ReturnType<typeof kindOf>> {
    if (this.#take(/^\\/) === undefined) {
      const code = this.#pattern.codePointAt(this.#at) ?? 0;
      this.#at += String.fromCodePoint(code).length;
      return code;
    }
    const rest = this.#pattern.slice(this.#at);
    const kind = kindOf(rest.charAt(0), flags);
    const found = kind === undefined ? escapedCharacter(rest, true) : undefined;
    this.#at += found?.length ?? 1;
    const member = kind ?? found?.code;
    if (member === undefined) throw new SyntaxError(`bad escape \\${rest.charAt(0)}`);
    return member;
  }

  #group(flags: PatternFlags): Step {
    const start = this.#at;
    this.#at++;
    const body = (inner: PatternFlags = flags) => {
      const text = this.#alternatives(inner);
      if (this.#take(/^\)/) === undefined)
        throw new SyntaxError(`missing ), unterminated subpattern at position ${start}`);
      return text;
    };
    const reference = this.#take(/^\?P=([^)]*)\)/);
    if (reference !== undefined) return this.#reference(this.#named(reference[1] ?? ''), flags);
    if (this.#take(/^\?:/)) return { text: `(?:${body()})`, kind: 'one' };
    if (this.#take(/^\?>/)) return { text: this.#atomic(body()), kind: 'one' };
    const look = this.#take(/^\?<?[=!]/)?.[0];
    if (look !== undefined) {
      if (look.includes('<')) this.#lookbehinds++;
      const text = `(?:(${look}${body()}))`;
      if (look.includes('<')) this.#lookbehinds--;
      return { text, kind: 'one' };
    }
    const letters = this.#take(FLAG_LETTERS);
    if (letters !== undefined)
      return { text: `(?:${body(this.#scoped(flags, letters))})`, kind: 'one' };
    const name = this.#take(/^\?P<([\p{L}_][\p{L}\p{N}_]*)>/u)?.[1];
    if (name === undefined && this.#pattern.startsWith('?(', this.#at))
      throw new SyntaxError('conditional groups, as (?(1)...|...), are not supported');
    if (name === undefined && this.#pattern.startsWith('?', this.#at))
      throw new SyntaxError(`unknown extension ${this.#pattern.slice(this.#at, this.#at + 3)}`);
    if (name !== undefined && this.#groups.some((group) => group.name === name))
      throw new SyntaxError(`redefinition of group name ${name}`);
    const group = { closed: false, name };
    const number = this.#groups.push(group);
    const text = `(?<group${number}>${body()})`;
    group.closed = true;
    return { text, kind: 'one' };
  }

  #named(name: string): number {
    const index = this.#groups.findIndex((group) => group.name === name);
    if (index < 0) throw new SyntaxError(`unknown group name ${name}`);
    return index + 1;
  }

  #scoped(flags: PatternFlags, [, on = '', off = '', end]: RegExpExecArray): PatternFlags {
    if (end === ')') throw new SyntaxError('global flags not at the start of the expression');
    if (on.includes('L')) throw new SyntaxError('the flag L is for patterns of bytes only');
    const flag = (name: 'i' | 'm' | 's' | 'x') =>
      on.includes(name) || (flags[name] && !off.includes(name));
    return {
      i: flag('i') && !this.#wholly,
      m: flag('m'),
      s: flag('s'),
      x: flag('x'),
      a: on.includes('a') || (flags.a && !on.includes('u')),
    };
  }
}

const PLACES: Readonly<Record<string, string>> = { A: '(?<![^])', Z: '(?![^])', z: '(?![^])' };

function character(code: number, flags: PatternFlags): string {
  const cases = casesOf(code, flags).map(literal);
  return cases.length > 1 ? `[${cases.join('')}]` : cases.join('');
}
