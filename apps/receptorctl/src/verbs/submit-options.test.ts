import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { paramsOf, payloadOf } from './submit-options.js';

const file = join(mkdtempSync(join(tmpdir(), 'ctl-')), 'file');
writeFileSync(file, 'of a file');

describe('paramsOf', () => {
  it('takes values, files and words', async () => {
    expect(await paramsOf(['a=1=2', `b=@${file}`, 'params=x'], ['y', 'z'], [])).toEqual({
      a: '1=2',
      b: 'of a file',
      params: 'x y z',
    });
  });

  it('D32: takes an empty value, and @@ for one @', async () => {
    expect(await paramsOf(['k=', 'at=@@home'], [], [])).toEqual({ k: '', at: '@home' });
  });

  it.each([
    ['novalue', /must have the form key=value/],
    ['node=x', /Duplicate or illegal parameter node/],
    ['ttl=x', /Duplicate or illegal parameter ttl/],
    ['f=@/nonexistent', /\/nonexistent does not exist/],
  ])('refuses %s', async (param, message) => {
    await expect(paramsOf([param], [], ['ttl'])).rejects.toThrow(message);
  });
});

describe('payloadOf', () => {
  it('gives a literal a line break, and reads files', async () => {
    expect(await payloadOf({ payloadLiteral: 'x' })).toBe('x\n');
    expect(await payloadOf({ noPayload: true })).toBe('');
    expect(await text((await payloadOf({ payload: file })) as Readable)).toBe('of a file');
  });

  it.each([
    [{}, /Must provide one of/],
    [{ payload: file, noPayload: true }, /Cannot provide more than one of/],
    [{ payload: '/nonexistent' }, /Failed to load payload file: /],
  ])('refuses %j with exit code 1', async (options, message) => {
    await expect(payloadOf(options)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(message) as string,
    });
  });
});
