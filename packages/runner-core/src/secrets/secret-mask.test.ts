import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskedSegments } from './masked-segments.js';
import { SegmentGatherer } from '../process/output/output-segments.js';
import { SecretMask } from './secret-mask.js';

const hidden = '**********';
const maskOf = (...values: unknown[]) => {
  const mask = SecretMask.of(values);
  if (mask === undefined) throw new Error('nothing to mask');
  return mask;
};

describe('a mask', () => {
  it('hides values of every kind, however deep they lie', () => {
    const mask = maskOf('swordfish', { a: [12345, { b: 'second' }] }, 'first line\nlast line\n');
    expect(mask.hide('a swordfish, 12345, second; first line\r\nlast line')).toBe(
      `a ${hidden}, ${hidden}, ${hidden}; ${hidden}\r\n${hidden}`,
    );
  });

  it('is none where every value is too short, or says yes or no', () => {
    expect(SecretMask.of(['abc', 123, true, null, undefined, []])).toBeUndefined();
  });

  it('leaves no rest of a secret that contains another one', () => {
    expect(maskOf('pass', 'password1').hide('password1 pass')).toBe(`${hidden} ${hidden}`);
  });

  it('finds a secret as JSON, Python and shells show it', () => {
    const secret = `a"b'c\\dé`;
    const mask = maskOf(secret);
    const json = JSON.stringify(secret);
    const ascii = json.replace('é', '\\u00e9');
    for (const form of [json, ascii, JSON.stringify(json), "'a\"b\\'c\\\\dé'", `'a"b'"'"'c\\dé'`])
      expect(mask.hide(form)).not.toMatch(/b.{0,6}c/);
    expect(mask.hideInEvent(`{"event_data":{"res":${ascii},"x":${JSON.stringify(json)}}}`)).toBe(
      `{"event_data":{"res":"${hidden}","x":"\\"${hidden}\\""}}`,
    );
  });

  it('does not take an escape sequence for the beginning of a secret', () => {
    const data = { a: '\n123', b: '\\n123', c: 'é9abc' };
    const json = JSON.stringify({ data }).replace('é', '\\u00e9');
    expect(JSON.parse(maskOf('n123', '9abc', '00e99abc').hideInEvent(json))).toEqual({
      data: { a: '\n123', b: `\\${hidden}`, c: `é${hidden}` },
    });
  });

  it('hides a secret wherever a long text is cut, and loses nothing else', () => {
    const unit = fc.constantFrom('a', 'b', 'abab', 'bb', '\n');
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 40 }),
        fc.integer({ min: 9, max: 14 }),
        (text, max) => {
          const mask = maskOf('abab', 'babbabb');
          const pieces: string[] = [];
          const masked = new MaskedSegments(mask, (segment) => pieces.push(String(segment.text)));
          const gatherer = new SegmentGatherer((segment) => masked.push(segment), max);
          gatherer.begin('u');
          gatherer.text(Buffer.from(text));
          gatherer.end();
          expect(pieces.join('')).toBe(mask.hide(text));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('makes a text of a secret number in an event, and leaves other numbers and words of JSON alone', () => {
    const mask = maskOf(12345678, -2.5e-7, 'true', 'null');
    const json =
      '{"event_data": {"a": [12345678, 123456789, -2.5e-07, true], "b": null, "c": "is true"}}';
    expect(JSON.parse(mask.hideInEvent(json))).toEqual({
      event_data: { a: [hidden, 123456789, hidden, true], b: null, c: `is ${hidden}` },
    });
  });

  it('leaves what the plugin says itself, and hides names within results', () => {
    const mask = maskOf('runner', '2026', 'event_data', 'host', 'sword');
    const json =
      '{"event":"runner_on_ok","pid":2026,"created":"2026-01-01","event_data":{"host":"my host","res":{"sword":1}}}';
    expect(mask.hideInEvent(json)).toBe(
      `{"event":"runner_on_ok","pid":2026,"created":"2026-01-01","event_data":{"host":"my ${hidden}","res":{"${hidden}":1}}}`,
    );
  });

  it('keeps JSON what it is, and leaves no secret in it', () => {
    fc.assert(
      fc.property(
        fc.string({
          minLength: 4,
          maxLength: 12,
          unit: fc.constantFrom('a', 'b', '\\', '"', "'", 'n', 'u', '0', 'é', '\t'),
        }),
        fc.string({
          maxLength: 12,
          unit: fc.constantFrom('a', 'b', '\\', '"', "'", 'n', 'u', '0', 'é', '\n'),
        }),
        fc.string({ maxLength: 12 }),
        (secret, before, after) => {
          const mask = SecretMask.of([secret]);
          if (mask === undefined) return;
          const inner = secret.trim();
          const json = JSON.stringify({ data: { x: `${before}|${inner}|${after}` } });
          const { data } = JSON.parse(mask.hideInEvent(json)) as { data: { x: string } };
          expect(data.x).not.toContain(`|${inner}|`);
        },
      ),
    );
  });
});
