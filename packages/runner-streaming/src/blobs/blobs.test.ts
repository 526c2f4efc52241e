import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { manifestOf, type Manifest } from './blob-manifest.js';
import { readKnownBlobs, writeBlobQuery } from './blob-messages.js';
import { BlobStore } from './blob-store.js';
import { processResults } from '../process-results.js';
import { transmit } from '../transmit.js';
import { work } from '../worker.js';
import type { WorkerOptions } from '../worker-options.js';

let root: string;
const at = (...names: string[]) => join(root, ...names);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-blobs-'));
  await mkdir(at('pdd', 'project', 'files'), { recursive: true });
  await mkdir(at('pdd', 'env'));
  await writeFile(at('pdd', 'env', 'passwords'), 'secret: canary\n');
  await writeFile(at('pdd', 'project', 'site.yml'), '- hosts: all\n', { mode: 0o640 });
  await writeFile(at('pdd', 'project', 'files', 'large'), Buffer.alloc(200_000, 'large'));
  await mkdir(at('bin'));
  // What the run sees of its project.
  await writeFile(at('bin', 'ansible-playbook'), '#!/bin/sh\nsha256sum site.yml files/*\n', {
    mode: 0o755,
  });
  vi.stubEnv('PATH', `${at('bin')}:${process.env.PATH ?? ''}`);
  vi.stubEnv('TMPDIR', root);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const storeOptions = () => ({ folder: at('store') });

async function sent(manifest?: Manifest, known?: ReadonlySet<string>): Promise<string> {
  const output = new PassThrough();
  const all = text(output);
  await transmit({
    privateDataDir: at('pdd'),
    playbook: 'site.yml',
    output,
    ...(manifest && { manifest }),
    ...(known && { known }),
  });
  output.end();
  return all;
}

async function answer(stream: string, options: Partial<WorkerOptions> = {}): Promise<string> {
  const output = new PassThrough();
  const all = text(output);
  await work({ input: Readable.from([Buffer.from(stream)]), output, ...options });
  output.end();
  return all;
}

async function ask(manifest: Manifest, options: Partial<WorkerOptions> = {}) {
  const query = new PassThrough();
  const all = text(query);
  await writeBlobQuery(manifest, query);
  query.end();
  return readKnownBlobs(Readable.from([await answer(await all, options)]), manifest);
}

const outcome = async (stream: string) =>
  processResults({ input: Readable.from([stream]), privateDataDir: at('here') });

describe('a run that is sent by its contents', () => {
  it('brings only what the worker does not have, and runs on the same files', async () => {
    const blobStore = storeOptions();
    const manifest = await manifestOf(at('pdd'));
    expect(manifest.map(({ name }) => name)).toEqual(['project/files/large', 'project/site.yml']);
    const none = await ask(manifest, { blobStore });
    expect(none).toEqual(new Set());
    const first = await sent(manifest, none);
    const firstResult = await outcome(await answer(first, { blobStore }));
    expect(firstResult).toMatchObject({ status: 'successful', rc: 0 });
    const output = await readFile(join(firstResult.artifactDir, 'stdout'), 'utf8');
    expect(output).toContain(manifest[0]?.sha256);

    await writeFile(at('pdd', 'project', 'files', 'added'), 'new');
    const second = await manifestOf(at('pdd'));
    const known = await ask(second, { blobStore });
    expect(known).toEqual(new Set(manifest.map(({ sha256 }) => sha256)));
    const small = await sent(second, known);
    expect(small.length).toBeLessThan(3000);
    const { artifactDir, status } = await outcome(await answer(small, { blobStore }));
    expect(status).toBe('successful');
    expect(await readFile(join(artifactDir, 'stdout'), 'utf8')).toContain(manifest[0]?.sha256);
  });

  it('restores modes and times of what was not sent', async () => {
    const blobStore = storeOptions();
    const manifest = await manifestOf(at('pdd'));
    await answer(await sent(manifest, new Set()), { blobStore });
    const privateDataDir = at('there');
    await answer(await sent(manifest, new Set(manifest.map(({ sha256 }) => sha256))), {
      blobStore,
      privateDataDir,
    });
    const file = await stat(join(privateDataDir, 'project', 'site.yml'));
    expect(file.mode & 0o777).toBe(0o640);
    expect(Math.abs(file.mtimeMs - (manifest[1]?.time ?? 0))).toBeLessThan(2);
  });

  it('leaves no secrets in the store', async () => {
    await answer(await sent(await manifestOf(at('pdd')), new Set()), { blobStore: storeOptions() });
    const names = (await readdir(at('store'), { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile(),
    );
    expect(names.length).toBe(2);
    for (const { parentPath, name } of names)
      expect(await readFile(join(parentPath, name), 'utf8')).not.toContain('canary');
  });

  it('is refused by name when the store has lost a file, and damaged files count as lost', async () => {
    const blobStore = storeOptions();
    const manifest = await manifestOf(at('pdd'));
    await answer(await sent(manifest, new Set()), { blobStore });
    const { sha256 = '' } = manifest[0] ?? {};
    await chmod(at('store', sha256.slice(0, 2), sha256), 0o600);
    await writeFile(at('store', sha256.slice(0, 2), sha256), 'damaged');
    const known = await ask(manifest, { blobStore });
    const privateDataDir = at('there');
    const result = await outcome(
      await answer(await sent(manifest, known), { blobStore, privateDataDir }),
    );
    expect(result).toMatchObject({ status: 'error', missingBlobs: true });
    expect(await readdir(root)).not.toContain('there');
    expect(await ask(manifest, { blobStore })).toEqual(new Set([manifest[1]?.sha256]));
  });

  it('sends a file that has changed since it was hashed as it is now', async () => {
    const blobStore = storeOptions();
    const manifest = await manifestOf(at('pdd'));
    await answer(await sent(manifest, new Set()), { blobStore });
    await writeFile(at('pdd', 'project', 'site.yml'), '- hosts: changed\n');
    const privateDataDir = at('there');
    const known = new Set(manifest.map(({ sha256 }) => sha256));
    await answer(await sent(manifest, known), { blobStore, privateDataDir });
    expect(await readFile(at('there', 'project', 'site.yml'), 'utf8')).toBe('- hosts: changed\n');
  });

  it('is not asked for by a worker without a store', async () => {
    const manifest = await manifestOf(at('pdd'));
    expect(await ask(manifest)).toBeUndefined();
    const { status, missingBlobs } = await outcome(await answer(await sent(manifest, new Set())));
    expect({ status, missingBlobs }).toEqual({ status: 'error', missingBlobs: true });
  });

  it.each(['', 'Traceback ...\n', '{"eof": true}\n', '{"missing_blobs": []}\n'])(
    'takes %j for no answer',
    async (stream) => {
      expect(await readKnownBlobs(Readable.from([stream]), [])).toBeUndefined();
    },
  );
});

describe('a blob store', () => {
  it('holds no more than it may, and keeps what was used last', async () => {
    const options = { folder: at('store'), maxBytes: 1000 };
    const small = await BlobStore.open(options);
    const digests: string[] = [];
    for (let index = 0; index < 4; index++) {
      await mkdir(at(`p${index}`, 'project'), { recursive: true });
      await writeFile(at(`p${index}`, 'project', 'f'), Buffer.alloc(300, String(index)));
      const [file] = await manifestOf(at(`p${index}`));
      digests.push(file?.sha256 ?? '');
      const digest = file?.sha256 ?? '';
      await small.keep(digest, at(`p${index}`, 'project', 'f'));
      await utimes(at('store', digest.slice(0, 2), digest), 1000 + index, 1000 + index);
    }
    await small.missing(digests.slice(0, 1));
    await small.trim();
    expect(await small.missing(digests)).toEqual(digests.slice(1, 2));
  });

  it('does not take a file for what it is not', async () => {
    const small = await BlobStore.open({ folder: at('store') });
    await small.keep('0'.repeat(64), at('pdd', 'project', 'site.yml'));
    await small.keep('0'.repeat(64), at('pdd', 'project', 'files', 'large'));
    expect(await small.missing(['0'.repeat(64), '../../pdd/env/passwords'])).toEqual([
      '0'.repeat(64),
      '../../pdd/env/passwords',
    ]);
    expect((await readdir(at('store', '00'))).length).toBe(0);
  });

  it('has lost a file that another worker trims while it is taken', async () => {
    const store = await BlobStore.open({ folder: at('store') });
    const [large] = await manifestOf(at('pdd'));
    const { sha256 = '' } = large ?? {};
    await store.keep(sha256, at('pdd', 'project', 'files', 'large'));
    // The copy has to wait until the file is gone: all threads of the pool wait for somebody who writes to a pipe.
    spawnSync('mkfifo', [at('pipe')]);
    const waiting = Array.from({ length: 16 }, () => open(at('pipe'), 'r'));
    const taken = store.take(sha256, at('copy'), 0o600, () => Promise.resolve());
    rmSync(at('store', sha256.slice(0, 2), sha256));
    const writer = openSync(at('pipe'), constants.O_RDWR | constants.O_NONBLOCK);
    for (const file of await Promise.all(waiting)) await file.close();
    closeSync(writer);
    expect(await taken).toBe(false);
  });

  it('is refused where others could look into it', async () => {
    await mkdir(at('open'), { mode: 0o755 });
    await chmod(at('open'), 0o755);
    await expect(BlobStore.open({ folder: at('open') })).rejects.toMatchObject({
      code: 'configuration',
    });
  });
});
