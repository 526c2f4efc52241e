import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { removeTree } from './archive/remove-tree.js';
import { transmit } from './transmit.js';
import { work } from './worker.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-worker-test-'));
  vi.stubEnv('TMPDIR', root);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

it('ends when it is canceled while its input is silent, says so, and leaves nothing behind', async () => {
  const output = new PassThrough();
  const abort = new AbortController();
  const input = new PassThrough();
  input.write('{"kwargs": {"playbook": "x"}}\n');
  const working = work({ input, output, signal: abort.signal });
  abort.abort();
  expect(await working).toEqual({ status: 'canceled', rc: 254 });
  output.end();
  const lines = (await text(output)).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { status: 'canceled' },
    { eof: true },
  ]);
  expect(await readdir(root)).toEqual([]);
});

it('removes its folder also when nobody takes the results', async () => {
  const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
  await expect(work({ input: Readable.from(['garbage\n']), output })).rejects.toThrow('gone');
  expect(await readdir(root)).toEqual([]);
  const given = join(root, 'given');
  const input = Readable.from(['garbage\n']);
  await expect(work({ input, output, privateDataDir: given, delete: true })).rejects.toThrow();
  expect(existsSync(given)).toBe(false);
});

it('removes its folder also when folders of the job may not be written to', async () => {
  // Nothing keeps root from writing.
  const superuser = process.getuid?.() === 0;
  if (superuser) chmodSync(root, 0o777);
  if (superuser) process.seteuid?.(65_534);
  try {
    const pdd = join(root, 'pdd');
    mkdirSync(join(pdd, 'project', 'modules'), { recursive: true });
    writeFileSync(join(pdd, 'project', 'modules', 'one'), '1');
    chmodSync(join(pdd, 'project', 'modules'), 0o500);
    const payload = new PassThrough();
    const sent = text(payload);
    await transmit({ privateDataDir: pdd, output: payload, ident: '../bad' });
    payload.end();
    const output = new PassThrough();
    await work({ input: Readable.from([await sent]), output });
    expect(await readdir(root)).toEqual(['pdd']);
    await removeTree(pdd);
  } finally {
    if (superuser) process.seteuid?.(0);
  }
});

it('tells when it can not make its folder, and sends no keepalives after its end', async () => {
  vi.stubEnv('TMPDIR', join(root, 'missing'));
  const output = new PassThrough();
  const result = await work({ input: new PassThrough(), output, keepaliveSeconds: 0.001 });
  expect(result).toEqual({ status: 'error', rc: 1 });
  output.end();
  const lines = (await text(output)).trim().split('\n');
  expect(JSON.parse(lines.at(-2) ?? '')).toMatchObject({
    status: 'error',
    job_explanation: expect.stringContaining('ENOENT') as string,
  });
  expect(lines.at(-1)).toBe('{"eof": true}');
});

it('tells, and ends, when the folder it was given can not be made', async () => {
  const payload = new PassThrough();
  const sent = text(payload);
  mkdirSync(join(root, 'pdd'));
  await transmit({ privateDataDir: join(root, 'pdd'), output: payload, playbook: 'x' });
  payload.end();
  const output = new PassThrough();
  const input = Readable.from([await sent]);
  expect(await work({ input, output, privateDataDir: '/proc/none/such' })).toMatchObject({
    status: 'error',
  });
  output.end();
  expect(await text(output)).toMatch(/ENOENT[^\n]*\/proc\/none/);
});
