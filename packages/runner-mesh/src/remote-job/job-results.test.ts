import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeResults } from './job-results.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-job-results-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('takes artifacts within the limits of its options', async () => {
  const run = { privateDataDir: root, viaReceptor: 'far', limits: { maxArchiveBytes: 21 } };
  // An archive of nothing: its end alone.
  const archive = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);
  const lines = `{"status": "successful"}\n{"zipfile": 22}\n${archive.toString('base64')}{"eof": true}\n`;
  const { signal } = new AbortController();
  expect(
    await takeResults({ run, ident: 'a', feed: undefined }, Readable.from([lines]), signal),
  ).toMatchObject({
    status: 'error',
    explanation: expect.stringMatching(/a number from 0 to 21; it is 22/) as string,
  });
  const more = { ...run, limits: { maxArchiveBytes: 22 } };
  expect(
    await takeResults({ run: more, ident: 'b', feed: undefined }, Readable.from([lines]), signal),
  ).toMatchObject({ status: 'successful' });
});
