import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarkSplitter } from './mark-splitter.js';
import { decodeMark, encodeMark, markPrefix, MAX_MARK_BYTES, UsualMarks } from './marks.js';
import { SegmentGatherer, type Segment } from './output-segments.js';

const SECRET = '0123456789abcdef0123456789abcdef';
const UUID = '6f6b3f8e-1d9c-4d8a-9a53-1f2f3a4b5c6d';

/** What the splitter gives out for the chunks: text as latin1, marks as `<uuid>` and `<end>`. */
function split(chunks: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const splitter = new MarkSplitter(SECRET, {
    text: (bytes) => {
      const last = seen.at(-1);
      if (last?.startsWith('T') === true) seen[seen.length - 1] = last + bytes.toString('latin1');
      else seen.push(`T${bytes.toString('latin1')}`);
    },
    begin: (uuid) => seen.push(`B${uuid}`),
    end: () => seen.push('E'),
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.close();
  return seen;
}

const text = (value: string) => Buffer.from(value);

describe('MarkSplitter', () => {
  const output = Buffer.concat([
    text('before\u001b[K\r\n'),
    encodeMark(SECRET, UUID),
    text('\u001b[0;32mok: [h1]\u001b[0m ä\r\n'),
    encodeMark(SECRET),
    text('prompt: '),
    encodeMark(SECRET, `${UUID}_2`),
    encodeMark(SECRET),
    text('last line without end'),
  ]);
  const expected = split([output]);

  it('finds marks and leaves every other byte as it is', () => {
    expect(expected.map((one) => one.slice(0, 8))).toEqual([
      'Tbefore\u001b',
      'B6f6b3f8',
      'T\u001b[0;32m',
      'E',
      'Tprompt:',
      'B6f6b3f8',
      'E',
      'Tlast li',
    ]);
  });

  it('runner 12: no byte is lost wherever the output is cut in two', () => {
    for (let cut = 0; cut <= output.length; cut++)
      expect(split([output.subarray(0, cut), output.subarray(cut)])).toEqual(expected);
  });

  it('runner 12: no byte is lost however the output is cut, byte by byte too', () => {
    expect(split([...output].map((byte) => Buffer.from([byte])))).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(output.length), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), output.length];
        const chunks = at.slice(1).map((end, index) => output.subarray(at[index], end));
        expect(split(chunks)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('runner 14: what looks like a mark but lacks the secret of the run is text', () => {
    for (const forged of [
      encodeMark('f'.repeat(32), UUID),
      encodeMark('f'.repeat(32)),
      text('\u001b[Ke30=\u001b[4D\u001b[K'),
      text(`\u001b[K${Buffer.from(`{"uuid":"${UUID}"}`).toString('base64')}\u001b[64D\u001b[K`),
      // even a stolen beginning does not make a mark
      encodeMark(SECRET, UUID).subarray(0, 60),
      Buffer.concat([encodeMark(SECRET).subarray(0, 70), text('x'.repeat(2 * MAX_MARK_BYTES))]),
    ])
      expect(split([text('a'), forged, text('b')])).toEqual([`Ta${forged.toString('latin1')}b`]);
  });

  it('runner 14: a uuid that could not be part of a file name makes no mark', () => {
    expect(decodeMark(encodeMark(SECRET, '../../../etc/x'), SECRET)).toBeUndefined();
    expect(decodeMark(encodeMark(SECRET, 'x'.repeat(129)), SECRET)).toBeUndefined();
  });

  it('takes any bytes without failing or losing one', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        encodeMark(SECRET).subarray(0, 30),
        text('\u001b[K'),
        encodeMark(SECRET, UUID).subarray(3),
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const joined = Buffer.concat(pieces).toString('latin1');
        const given = split(pieces);
        if (given.every((one) => one.startsWith('T')))
          expect(given.map((one) => one.slice(1)).join('')).toBe(joined);
      }),
      { numRuns: 500 },
    );
  });
});

describe('UsualMarks', () => {
  const usual = new UsualMarks(SECRET);

  it('are read as any other mark is', () => {
    const mark = encodeMark(SECRET, UUID);
    expect(usual.length).toBe(mark.length);
    expect(usual.uuidAt(Buffer.concat([text('ab'), mark, text('c')]), 2)).toBe(UUID);
    expect(decodeMark(mark, SECRET)).toEqual({ uuid: UUID });
  });

  it('are those of the run alone, whole, and with a uuid of that length', () => {
    const mark = encodeMark(SECRET, UUID);
    for (const other of [
      mark.subarray(0, -1),
      encodeMark(SECRET),
      encodeMark(SECRET, `${UUID}_2`),
      encodeMark(SECRET, UUID.slice(1)),
      encodeMark(SECRET, UUID.replace('6f', '..').replace('8e', '//')),
      encodeMark('f'.repeat(32), UUID),
    ])
      expect(usual.uuidAt(other, 0)).toBeUndefined();
  });

  it('are none, or what any reader of marks takes them for, when a byte behind their prefix is another', () => {
    const mark = encodeMark(SECRET, UUID);
    for (let at = markPrefix(SECRET).length; at < mark.length; at++)
      for (const byte of [0, 0x20, 0x2e, 0x44, 0x5b]) {
        const changed = Buffer.from(mark);
        changed[at] = byte;
        const uuid = usual.uuidAt(changed, 0);
        if (uuid !== undefined) expect(decodeMark(changed, SECRET)).toEqual({ uuid });
      }
  });
});

describe('SegmentGatherer', () => {
  function gather(max: number, feed: (gatherer: SegmentGatherer) => void): Segment[] {
    const segments: Segment[] = [];
    const gatherer = new SegmentGatherer((segment) => segments.push(segment), max);
    feed(gatherer);
    gatherer.end();
    return segments;
  }

  it('makes one segment of an event and one of each other line', () => {
    const segments = gather(1000, (gatherer) => {
      gatherer.text(text('a\nb'));
      gatherer.text(text('\n\nc'));
      gatherer.begin('u1');
      gatherer.text(text('x\ny\n'));
      gatherer.end();
      gatherer.begin('u2');
      gatherer.end();
      gatherer.text(text('end'));
    });
    expect(segments).toEqual([
      { text: 'a\n', cut: false },
      { text: 'b\n', cut: false },
      { text: '\n', cut: false },
      { text: 'c', cut: false },
      { uuid: 'u1', text: 'x\ny\n', cut: false },
      { uuid: 'u2', text: '', cut: false },
      { text: 'end', cut: false },
    ]);
  });

  it('cuts what is too long between characters, and loses nothing', () => {
    const unit = fc.constantFrom('a', '\0', 'é', '€', '😀', '\r');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), fc.boolean(), (whole, inEvent) => {
        const bytes = text(whole);
        const segments = gather(7, (gatherer) => {
          if (inEvent) gatherer.begin('u');
          for (const byte of bytes) gatherer.text(Buffer.from([byte]));
        });
        expect(segments.map((one) => one.text).join('')).toBe(bytes.toString('utf8'));
        expect(segments.filter((one) => one.uuid !== undefined).length).toBe(inEvent ? 1 : 0);
        expect(segments.slice(1).every((one) => one.rest === true)).toBe(
          inEvent || segments.length < 2,
        );
      }),
      { numRuns: 300 },
    );
  });
});
