import { changeJson, isEscaped } from './json-walk.js';
import { PythonFloat, pythonText } from '../process/output/python-text.js';

/** What stands in the place of a secret. */
const MASK = '**********';

/** Shorter secrets are not masked: too much else would be. */
const MIN_SECRET_CHARACTERS = 4;

/** Replaces secret values wherever they stand in texts and in JSON. */
export class SecretMask {
  readonly #secrets: ReadonlySet<string>;
  /** Characters of the longest form of a secret. */
  readonly #longest: number;
  readonly #inText: RegExp;
  readonly #inJson: RegExp;

  private constructor(secrets: ReadonlySet<string>) {
    this.#secrets = secrets;
    const forms = [...secrets].flatMap(formsInText);
    this.#longest = forms.reduce((most, form) => Math.max(most, form.length), 1);
    this.#inText = anyOf(forms);
    this.#inJson = anyOf([...secrets].flatMap(formsInJson));
  }

  /**
   * A mask for these values, and for those in lists and mappings among them; `undefined` when there is nothing to mask. Of
   * a text with several lines each line is a secret.
   */
  static of(values: readonly unknown[]): SecretMask | undefined {
    const secrets = new Set(values.flatMap(secretTexts));
    return secrets.size === 0 ? undefined : new SecretMask(secrets);
  }

  hide(text: string): string {
    return text.replace(this.#inText, MASK);
  }

  /** How much of a text that goes on can be hidden by itself: no secret begins in it and ends behind it. */
  wholeUntil(text: string): number {
    const end = Math.max(0, text.length - this.#longest + 1);
    for (const { index, 0: found } of text.matchAll(this.#inText)) {
      if (index >= end) break;
      if (index + found.length > end) return index;
    }
    return end;
  }

  /**
   * As {@link hide}, of the JSON text of an event, which stays one. What the plugin itself says stays what it is: names and
   * values of the event, and the names in `event_data`; a number that is a secret becomes a text.
   */
  hideInEvent(json: string): string {
    this.#inJson.lastIndex = 0;
    if (!this.#inJson.test(json)) return json;
    return changeJson(json, ({ raw, kind, depth }) => {
      if (depth < 2 || (depth === 2 && kind === 'name')) return raw;
      if (kind === 'number') return this.#secrets.has(raw) ? `"${MASK}"` : raw;
      return this.#hideInJsonText(raw);
    });
  }

  #hideInJsonText(json: string): string {
    const pattern = this.#inJson;
    const kept: string[] = [];
    let end = 0;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(json); match !== null; match = pattern.exec(json))
      if (beginsInEscape(json, match.index)) pattern.lastIndex = match.index + 1;
      else {
        kept.push(json.slice(end, match.index));
        end = pattern.lastIndex;
      }
    return end === 0 ? json : [...kept, json.slice(end)].join(MASK);
  }
}

/** The texts in a value that are secret, as they may appear in a line. */
function secretTexts(value: unknown): readonly string[] {
  if (typeof value === 'string')
    return value
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter((line) => line.length >= MIN_SECRET_CHARACTERS);
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof PythonFloat)
    return secretTexts(pythonText(value));
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(secretTexts);
  return [];
}

/** A secret as it is, as JSON has it, as Python shows it, as a shell quotes it. */
function formsInText(secret: string): readonly string[] {
  const json = inJson(secret);
  return [
    ...[secret, json, inAscii(json), inJson(json)],
    secret.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
    secret.replaceAll("'", `'"'"'`),
  ];
}

/** What stands in JSON for a text that contains the secret in one of its forms. */
function formsInJson(secret: string): readonly string[] {
  return formsInText(secret).flatMap((form) => [inJson(form), inAscii(inJson(form))]);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Python's JSON writes what is not ASCII. */
function inAscii(text: string): string {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    result += code < 128 ? text.charAt(at) : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return result;
}

/** Whether the character at `at` belongs to an escape sequence that begins before it, as the n of `\n` does. */
function beginsInEscape(json: string, at: number): boolean {
  const before = json.slice(Math.max(0, at - 5), at);
  const letters = /u[0-9a-f]{0,3}$/.exec(before)?.[0].length ?? 0;
  return isEscaped(json, at) || (letters > 0 && isEscaped(json, at - letters));
}

/** The longest first, so that no rest of one secret remains when another one is a part of it. */
function anyOf(forms: readonly string[]): RegExp {
  const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return new RegExp(
    sorted.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
    'g',
  );
}
