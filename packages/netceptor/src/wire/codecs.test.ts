import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MeshError } from '../errors.js';
import { encodeString, parseObject } from './json.js';
import { formatRfc3339, parseRfc3339 } from './rfc3339.js';
import { decodeReject, encodeReject } from './reject.js';
import { decodeRoutingUpdate, encodeRoutingUpdate } from './routing-update.js';
import { decodeServiceAdvertisement, encodeServiceAdvertisement } from './service-advertisement.js';
import { decodeUnreachable, encodeUnreachable } from './unreachable.js';

const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const text = fc.string({ unit: 'binary' }).filter((s) => Buffer.from(s).toString() === s);
const cost = fc.double({ min: 0, minExcluded: true, noNaN: true, noDefaultInfinity: true });

describe('codecs', () => {
  it('give back why a link is rejected, on one line and cut when it is long', () => {
    const reason = (message: Buffer): string | undefined =>
      decodeReject(message, 0, message.length);
    expect(String(encodeReject())).toBe('\x03[]');
    expect(reason(encodeReject())).toBeUndefined();
    expect(String(encodeReject('not "you"'))).toBe('\x03["not \\"you\\""]');
    expect(reason(encodeReject('not "you"'))).toBe('not "you"');
    expect(reason(encodeReject('a\nb'))).toBe('a\\u000ab');
    expect(reason(encodeReject('x'.repeat(1000)))).toBe(`${'x'.repeat(200)}...`);
    for (const odd of ['', '{}', '[1]', '[""]', '["a'])
      expect(reason(Buffer.from(`\x03${odd}`))).toBeUndefined();
    expect(reason(Buffer.from('\x03["\\u001b[31m"]'))).toBe('\\u001b[31m');
  });

  it('give back every routing update, 64-bit numbers to the last digit', () => {
    fc.assert(
      fc.property(
        fc.record({
          nodeId: text,
          updateId: text,
          epoch: u64,
          sequence: u64,
          connections: fc.array(fc.tuple(text, cost)).map((entries) => new Map(entries)),
          forwardingNode: text,
          suspectedDuplicate: u64,
        }),
        (update) => {
          const json = encodeRoutingUpdate(update).toString('utf8', 1);
          expect({ ...decodeRoutingUpdate(json), head: undefined }).toEqual(update);
          // A space leads the way through the JSON parser.
          const spaced = decodeRoutingUpdate(json.replace('{', '{ '));
          expect(spaced).toEqual(update);
        },
      ),
    );
  });

  it('give back every advertisement', () => {
    fc.assert(
      fc.property(
        fc.record({
          nodeId: text,
          service: text,
          time: fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }).map(formatRfc3339),
          connectionType: fc.nat(255),
          tags: fc.option(
            fc.dictionary(
              text.filter((tag) => tag !== '__proto__'),
              text,
              { noNullPrototype: true },
            ),
          ),
          workCommands: fc.option(fc.array(fc.record({ workType: text, secure: fc.boolean() }))),
          cancel: fc.boolean(),
        }),
        (advertisement) => {
          const message = encodeServiceAdvertisement(advertisement);
          expect(decodeServiceAdvertisement(message.toString('utf8', 1))).toEqual(advertisement);
        },
      ),
    );
  });

  it('give back every unreachable message', () => {
    fc.assert(
      fc.property(
        fc.record({
          fromNode: text,
          toNode: text,
          fromService: text,
          toService: text,
          problem: text,
        }),
        (message) => {
          expect(decodeUnreachable(encodeUnreachable(message))).toEqual(message);
        },
      ),
    );
  });

  it('refuse what is no message with an error of the mesh', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.json()), (json) => {
        for (const decode of [decodeRoutingUpdate, decodeServiceAdvertisement]) {
          try {
            decode(json);
          } catch (error) {
            expect(error).toBeInstanceOf(MeshError);
            expect(error).toMatchObject({ code: 'malformed-message' });
          }
        }
      }),
    );
  });

  it('read long integers exactly wherever they stand, and leave strings alone', () => {
    expect(
      parseObject('{"a":9007199254740993,"b":"9007199254740993","c":[18446744073709551615]}'),
    ).toEqual({
      a: 9007199254740993n,
      b: '9007199254740993',
      c: [18446744073709551615n],
    });
    expect(parseObject('{"\\"a\\":12345678901234567":1,"b":1.2345678901234567890}')).toEqual({
      '"a":12345678901234567': 1,
      b: 1.2345678901234567,
    });
  });

  it('write strings as Go does', () => {
    expect(encodeString('<a&b>\u2028"\\\n')).toBe('"\\u003ca\\u0026b\\u003e\\u2028\\"\\\\\\n"');
  });

  it('read and write times to the nanosecond', () => {
    for (const time of [
      '2026-11-21T01:16:41.490609147Z',
      '2026-11-21T01:16:41Z',
      '1969-12-31T23:59:59.5Z',
    ]) {
      expect(formatRfc3339(parseRfc3339(time)!)).toBe(time);
    }
    expect(parseRfc3339('0000-01-01T00:00:00+03:59')).toBeUndefined();
    expect(parseRfc3339('9999-12-31T23:59:59-00:01')).toBeUndefined();
    for (const time of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z']) {
      expect(formatRfc3339(parseRfc3339(time)!)).toBe(time);
    }
    expect(parseRfc3339('2026-11-21T03:16:41.5+02:00')).toBe(
      parseRfc3339('2026-11-21T01:16:41.5Z'),
    );
    expect(parseRfc3339('yesterday')).toBeUndefined();
  });
});
