import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pemBlocks, toPem } from './pem.js';

it('blocks are read as they were written, whatever stands between them', () => {
  const block = fc.record({
    type: fc.constantFrom('CERTIFICATE', 'RSA PRIVATE KEY', 'X'),
    der: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  });
  const between = fc.constantFrom('', '\n', 'Subject: CN = a\n', '-----', '\r\n');
  fc.assert(
    fc.property(fc.array(fc.tuple(block, between), { maxLength: 5 }), (items) => {
      const text = items.map(([{ type, der }, more]) => `${toPem(type, der)}${more}`).join('');
      expect(pemBlocks(text)).toEqual(items.map(([each]) => each));
      expect(pemBlocks(text.replaceAll('\n', '\r\n'))).toEqual(items.map(([each]) => each));
    }),
  );
});

it('headers are no part of a block', () => {
  const pem = toPem('RSA PRIVATE KEY', Buffer.from('abc')).replace(
    '\n',
    '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n',
  );
  expect(pemBlocks(pem)).toEqual([{ type: 'RSA PRIVATE KEY', der: Buffer.from('abc') }]);
});

it('anything else has none, and takes no time', () => {
  fc.assert(fc.property(fc.string(), (text) => pemBlocks(text).length === 0));
  expect(pemBlocks(`-----BEGIN X-----${' '.repeat(1_000_000)}`)).toEqual([]);
  expect(pemBlocks('-----BEGIN '.repeat(10_000))).toEqual([]);
});
