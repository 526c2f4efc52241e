import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newKeyPair, CurveBox } from './curve-box.js';
import { decodeCommand, encodeCommand, encodeFrame, FrameReader } from './zmtp-codec.js';
import { decodeKey } from './z85.js';

describe('FrameReader', () => {
  it('gives back any frames, however they are cut', () => {
    const frames = fc.array(
      fc.record({ isCommand: fc.boolean(), body: fc.uint8Array({ maxLength: 600 }) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 700 }), (list, step) => {
        const bytes = Buffer.concat(
          list.map(({ isCommand, body }) =>
            encodeFrame(Buffer.from(body), isCommand ? 'command' : 'message'),
          ),
        );
        const reader = new FrameReader();
        const seen: { isCommand: boolean; body: number[] }[] = [];
        for (let at = 0; at < bytes.length; at += step) {
          reader.push(bytes.subarray(at, at + step));
          for (let frame = reader.frame(); frame !== undefined; frame = reader.frame())
            seen.push({ isCommand: frame.isCommand, body: [...frame.body] });
        }
        expect(seen).toEqual(list.map(({ isCommand, body }) => ({ isCommand, body: [...body] })));
      }),
    );
  });

  it('never throws at damaged commands', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const { name, data } = decodeCommand(Buffer.from(bytes));
        expect(name.length + data.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
    expect(decodeCommand(encodeCommand('PING', Buffer.from('ab')))).toEqual({
      name: 'PING',
      data: Buffer.from('ab'),
    });
  });
});

describe('decodeKey', () => {
  it('reads the keys of the specification', () => {
    // RFC 26: the client's keys of its test vector.
    expect(decodeKey('Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID')?.toString('hex')).toBe(
      'bb88471d65e2659b30c55a5321cebb5aab2b70a398645c26dca2b2fcb43fc518',
    );
  });

  it.each(['', 'short', '~'.repeat(40), '#'.repeat(40)])('refuses %j', (text) => {
    expect(decodeKey(text)).toBeUndefined();
  });
});

describe('CurveBox', () => {
  it('opens what the other party sealed, and nothing else', () => {
    const [a, b, c] = [newKeyPair(), newKeyPair(), newKeyPair()];
    const nonce = Buffer.alloc(24, 1);
    const sealed = new CurveBox(b.publicKey, a.secretKey).seal(nonce, Buffer.from('text'));
    const open = (box: CurveBox, bytes = sealed) => box.open(nonce, bytes).toString();
    expect(open(new CurveBox(a.publicKey, b.secretKey))).toBe('text');
    expect(() => open(new CurveBox(c.publicKey, b.secretKey))).toThrow();
    const damaged = Buffer.from(sealed);
    damaged[3] = (damaged[3] ?? 0) ^ 1;
    expect(() => open(new CurveBox(a.publicKey, b.secretKey), damaged)).toThrow();
  });
});
