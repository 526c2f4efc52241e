import { execFileSync } from 'node:child_process';
import {
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packFolder } from './archive/archive.js';
import { processResults } from './process-results.js';
import { wrongShape } from './received-shapes.js';
import { isRunning, removeWorkerPidFile } from './worker-pid-file.js';

let root: string;
const at = (...names: string[]) => join(root, ...names);
const result = (...names: string[]) => at('artifacts', 'r', ...names);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-shapes-'));
  await mkdir(at('there', 'job_events'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Takes the results of a worker whose artifacts are the folder `there`. */
async function take(status = 'successful') {
  const { bytes, size } = await packFolder(at('there'));
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(piece);
  const archive = `{"zipfile": ${size}}\n${Buffer.concat(pieces).toString('base64')}`;
  const lines = `{"status": "${status}"}\n${archive}{"eof": true}\n`;
  return processResults({ input: Readable.from([lines]), privateDataDir: root, ident: 'r' });
}

const folder = (path: string) => mkdir(join(path, 'x'), { recursive: true });
const link = (path: string) => symlink(path.slice(path.lastIndexOf('/') + 1), path);

describe('artifacts of a worker', () => {
  it.each([
    ['rc', 'a folder', folder],
    ['rc', 'a link', link],
    ['status', 'a folder', folder],
    ['status', 'a link', link],
    ['stdout', 'a link', link],
    ['stderr', 'a folder', folder],
    ['command', 'a link', link],
    ['job_events.jsonl', 'a link', link],
    ['job_events/1-a.json', 'a folder', folder],
    ['job_events/1-a.json', 'a link', link],
  ])('whose %s is %s end with the status error', async (name, kind, make) => {
    await make(at('there', name));
    const { status, explanation } = await take();
    expect(status).toBe('error');
    expect(explanation).toContain('must be a regular file');
    expect(explanation).toContain(`is ${kind}.`);
    for (const [word, value] of Object.entries({ status: 'error', rc: 'None' })) {
      expect((await lstat(result(word))).isFile()).toBe(true);
      expect(await readFile(result(word), 'utf8')).toBe(value);
    }
  });

  it.each(['stdout', 'job_events'])('whose %s can not be moved into place', async (name) => {
    await rm(at('there', 'job_events'), { recursive: true });
    await (name === 'stdout' ? folder : link)(at('there', name));
    expect(await take()).toMatchObject({ status: 'error' });
    expect(await readFile(result('status'), 'utf8')).toBe('error');
  });

  it.each(['rc', 'status'])('whose %s is large end with the status error', async (name) => {
    await writeFile(at('there', name), '0'.repeat(1025));
    expect(await take()).toMatchObject({
      status: 'error',
      explanation: `The artifacts of the worker can't be used: ${name} has 1025 bytes, and 1024 are allowed.`,
    });
    expect(await readFile(result('status'), 'utf8')).toBe('error');
  });

  it.each([
    ['job_events', ['artifacts', 'r', 'job_events']],
    ['the folder of the run', ['artifacts', 'r']],
  ])('are not written where %s is a link', async (_, names) => {
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere', 'rc'), 'of another');
    await mkdir(join(at(...names), '..'), { recursive: true });
    await symlink(at('elsewhere'), at(...names));
    await expect(take()).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: `The folder of the artifacts can't be written to: ${at(...names)} is a link; remove it.`,
    });
    expect(await readdir(at('elsewhere'))).toEqual(['rc']);
    expect(await readFile(at('elsewhere', 'rc'), 'utf8')).toBe('of another');
  });

  it('go through a link to all artifacts that the user made', async () => {
    await mkdir(at('elsewhere'));
    await symlink(at('elsewhere'), at('artifacts'));
    expect(await take()).toMatchObject({ status: 'successful' });
    expect(await readdir(at('elsewhere'))).toEqual(['r']);
  });

  it.skipIf(process.geteuid?.() !== 0)(
    'do not go through a link that another user made (needs root to make one)',
    async () => {
      await mkdir(at('elsewhere'));
      await symlink(at('elsewhere'), at('artifacts'));
      await lchown(at('artifacts'), 12345, 12345);
      await expect(take()).rejects.toThrow(/artifacts is a link of the user 12345; remove it\.$/);
    },
  );

  it('have a folder of events that is one', async () => {
    await rm(at('there', 'job_events'), { recursive: true });
    await folder(at('there', 'other'));
    await symlink('other', at('there', 'job_events'));
    expect(await wrongShape(at('there'))).toBe('job_events must be a folder, and is a link');
  });

  it('are taken as they are where nothing is wrong', async () => {
    await writeFile(at('there', 'rc'), '0');
    await writeFile(at('there', 'status'), 'successful');
    await writeFile(at('there', 'stdout'), 'said');
    expect(await take()).toMatchObject({ status: 'successful', rc: 0 });
    expect(await readFile(result('stdout'), 'utf8')).toBe('said');
  });
});

it('a pipe is found without opening it', async () => {
  execFileSync('mkfifo', [at('there', 'rc')]);
  expect(await wrongShape(at('there'))).toBe('rc must be a regular file, and is a pipe');
});

describe('the mark of a running process', () => {
  it.each(['folder', 'link', 'pipe', 'device', 'large'])(
    'that is a %s marks none',
    async (kind) => {
      const path = at('pid');
      if (kind === 'folder') await mkdir(path);
      else if (kind === 'link') await symlink('/proc/self/stat', path);
      else if (kind === 'pipe') execFileSync('mkfifo', [path]);
      else if (kind === 'device') await symlink('/dev/zero', path);
      else await writeFile(path, `${process.pid}${' '.repeat(2000)}`);
      expect(await isRunning(root)).toBe(false);
      await removeWorkerPidFile(root);
      expect(await lstat(path)).toBeDefined();
    },
  );
});
