import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ZipFile } from 'yazl';
import { packFolder } from './archive/archive.js';
import { MessageWriter } from './messages/message-writer.js';
import { work } from './worker.js';
import type { WorkerOptions } from './worker-options.js';

let root: string;
const at = (...names: string[]) => join(root, ...names);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-payload-'));
  await mkdir(at('tmp'));
  await mkdir(at('pdd', 'project'), { recursive: true });
  await writeFile(at('pdd', 'project', 'site.yml'), '- hosts: all\n');
  await writeFile(at('pdd', 'project', 'big'), Buffer.alloc(10_000, 'x'));
  await mkdir(at('bin'));
  await writeFile(
    at('bin', 'ansible-playbook'),
    `#!/bin/sh\ncat ../pid > ${at('pid')}\n echo done\n`,
    { mode: 0o755 },
  );
  vi.stubEnv('PATH', `${at('bin')}:${process.env.PATH ?? ''}`);
  vi.stubEnv('TMPDIR', at('tmp'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const KWARGS = '{"kwargs": {"playbook": "site.yml", "passwords": {"p": "canary"}}}';

async function payload(archive = true): Promise<string> {
  const output = new PassThrough();
  const all = text(output);
  const writer = new MessageWriter(output);
  await writer.line(KWARGS);
  if (archive) await writer.archive(await packFolder(at('pdd')));
  await writer.end();
  output.end();
  return all;
}

/** With another letter in a file of the archive. */
function changed(stream: string): string {
  return stream.replace(/UEs[A-Za-z0-9+/=]+/, (archive) =>
    Buffer.from(
      Buffer.from(archive, 'base64').toString('latin1').replace('- hosts', '- hostz'),
      'latin1',
    ).toString('base64'),
  );
}

/** A payload whose archive has this member besides. */
async function hostile(name: string, content: string, mode: number): Promise<string> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('ok'), 'fine', { mode: 0o100644 });
  zip.addBuffer(Buffer.from(content), name.replaceAll('..', '__'), { mode, compress: false });
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream as AsyncIterable<Buffer>) pieces.push(piece);
  const bytes = Buffer.from(
    Buffer.concat(pieces).toString('latin1').replaceAll('__', '..'),
    'latin1',
  );
  return `${KWARGS}\n{"zipfile": ${bytes.length}}\n${bytes.toString('base64')}{"eof": true}\n`;
}

async function answer(stream: string, options: Partial<WorkerOptions> = {}) {
  const output = new PassThrough();
  const all = text(output);
  const damage: string[] = [];
  const result = await work({
    input: Readable.from([Buffer.from(stream)]),
    output,
    onDamage: (sentence) => damage.push(sentence),
    ...options,
  });
  output.end();
  const lines = (await all).split('\n').filter((line) => /^\{"(?:status|eof)/.test(line));
  return {
    result,
    damage,
    messages: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('a bad payload', () => {
  type Case = [
    what: string,
    make: () => Promise<string>,
    explanation: RegExp,
    code: string,
    limits?: WorkerOptions['limits'],
  ];
  const cases: Case[] = [
    ['nothing', () => Promise.resolve(''), /^Failed to JSON parse a line/, 'truncated'],
    ['garbage', () => Promise.resolve('gar\nbage\n'), /^Failed to JSON parse a line/, 'truncated'],
    [
      'an end alone',
      () => Promise.resolve('{"eof": true}\n'),
      /without the arguments of a run/,
      'bad-line',
    ],
    [
      'arguments alone, cut off',
      () => Promise.resolve(`${KWARGS}\n`),
      /^Failed to JSON parse/,
      'truncated',
    ],
    [
      'no mapping as arguments',
      () => Promise.resolve('{"kwargs": 3}\n'),
      /are no mapping/,
      'bad-line',
    ],
    [
      'an archive without its end',
      async () => (await payload()).slice(0, -300),
      /^Failed to extract private data directory/,
      'truncated',
    ],
    [
      'an archive with a byte changed',
      async () => changed(await payload()),
      /^Failed to extract/,
      'bad-archive',
    ],
    [
      'a size that is none',
      () => Promise.resolve(`${KWARGS}\n{"zipfile": "x"}\n`),
      /^Failed to extract/,
      'bad-archive',
    ],
    [
      'an archive announced too large',
      () => payload(),
      /^Failed to extract/,
      'bad-archive',
      { maxArchiveBytes: 10 },
    ],
    [
      'files that are too large',
      () => payload(),
      /^Failed to extract/,
      'unsafe-archive',
      { maxBytes: 9999 },
    ],
    [
      'too many members',
      () => payload(),
      /^Failed to extract/,
      'unsafe-archive',
      { maxMembers: 2 },
    ],
    ['a way out', () => hostile('../out', 'x', 0o100644), /^Failed to extract/, 'unsafe-archive'],
    [
      'a damaged line in place of the archive',
      async () => (await payload()).replace('{"zipfile"', '{"zipfi'),
      /^Failed to JSON parse a line/,
      'bad-line',
    ],
  ];

  it.each(cases)(
    'runner 8, 16, 29: %s is told in the stream, and leaves nothing behind',
    async (...[, make, explanation, code, limits]: Case) => {
      const privateDataDir = at('there');
      const { result, messages } = await answer(await make(), {
        privateDataDir,
        ...(limits && { limits }),
      });
      expect(result).toEqual({ status: 'error', rc: 1 });
      expect(messages).toEqual([
        expect.objectContaining({
          status: 'error',
          job_explanation: expect.stringMatching(explanation) as string,
          error_code: code,
        }),
        { eof: true },
      ]);
      expect(JSON.stringify(messages)).not.toContain('canary');
      expect(existsSync(privateDataDir)).toBe(false);
      expect(existsSync(at('out'))).toBe(false);
      expect(await readdir(at('tmp'))).toEqual([]);
    },
  );

  it('leaves a folder that was there as it was', async () => {
    await mkdir(at('there', 'project'), { recursive: true });
    await writeFile(at('there', 'project', 'site.yml'), 'mine');
    await writeFile(at('there', 'fine'), 'mine');
    await answer(await hostile('project/site.yml/x', 'x', 0o100644), {
      privateDataDir: at('there'),
    });
    expect((await readdir(at('there'), { recursive: true })).sort()).toEqual([
      'fine',
      'project',
      'project/site.yml',
    ]);
    expect(await readFile(at('there', 'fine'), 'utf8')).toBe('mine');
  });

  it('runner 8: arguments that make no sense are told as well', async () => {
    const { result, messages } = await answer('{"kwargs": {"nonsense": 1}}\n{"eof": true}\n');
    expect(result).toEqual({ status: 'error', rc: 1 });
    expect(messages[0]).toMatchObject({
      status: 'error',
      job_explanation: expect.stringContaining('"nonsense" is unknown') as string,
    });
  });
});

describe('a payload with foreign text in it', () => {
  it('is carried out, and what was foreign is told', async () => {
    const stream = (await payload()).replace(
      '{"zipfile"',
      'You have mail.\nLast login: {"zipfile"',
    );
    const { result, damage } = await answer(`Welcome\r\n\r\n${stream}`);
    expect(result).toEqual({ status: 'successful', rc: 0 });
    expect(damage).toHaveLength(4);
    expect(damage[0]).toContain('Welcome');
  });

  it('may have it in its archive', async () => {
    const stream = await payload();
    const middle = stream.indexOf('UEs') + 200;
    const broken = `${stream.slice(0, middle)}\r\nBroadcast message from root\r\n${stream.slice(middle)}`;
    const { result, damage } = await answer(broken);
    expect(result).toEqual({ status: 'successful', rc: 0 });
    expect(damage).toHaveLength(1);
  });

  it('shows nothing of a damaged line that may hold secrets', async () => {
    const { damage, messages } = await answer(`${KWARGS.slice(0, -3)}\n{"eof": true}\n`);
    expect(messages[0]).toMatchObject({ status: 'error' });
    expect(JSON.stringify([damage, messages])).not.toContain('canary');
  });
});

it('a worker marks its folder as in use while the job runs, and no longer', async () => {
  const { result } = await answer(await payload(), { privateDataDir: at('there') });
  expect(result.status).toBe('successful');
  expect(await readFile(at('pid'), 'utf8')).toBe(String(process.pid));
  expect(await readdir(at('there'))).not.toContain('pid');
});
