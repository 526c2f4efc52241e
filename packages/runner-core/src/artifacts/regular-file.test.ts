import { execFileSync } from 'node:child_process';
import {
  appendFile,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactFolder } from './artifacts.js';
import type { UnsafeFileError } from '../errors.js';
import { MAX_FACTS_BYTES } from './fact-cache.js';
import { MAX_INPUT_BYTES, readInput } from '../inputs/mapping-file.js';
import { readRegularFile } from './regular-file.js';
import { MAX_OUTPUT_BYTES, RunArtifacts } from './run-artifacts.js';

let root: string;
const at = (...names: string[]) => join(root, ...names);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-regular-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** What may stand where a file should. */
const SHAPES = {
  'a folder': async (path: string) => {
    await mkdir(path);
  },
  'a link to itself': (path: string) => symlink(path, path),
  'a link to a file': (path: string) => symlink('/etc/passwd', path),
  'a pipe': (path: string) => {
    execFileSync('mkfifo', [path]);
    return Promise.resolve();
  },
};
const shapes = Object.entries(SHAPES);

/** A file that says it is so large, and takes no room. */
async function large(path: string, size: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, size);
}

const unsafe = (sentence = /can't be used as a file/) =>
  expect.objectContaining({
    name: 'UnsafeFileError',
    code: 'unsafe-file',
    message: expect.stringMatching(sentence) as string,
  }) as UnsafeFileError;

describe('a file of others', () => {
  it.each(shapes)('is not read where it is %s', async (_, make) => {
    await make(at('rc'));
    await expect(readRegularFile(at('rc'), 100)).rejects.toEqual(unsafe());
  });

  it('is read up to its limit, and undefined where there is none', async () => {
    await writeFile(at('rc'), '0'.repeat(100));
    expect(await readRegularFile(at('rc'), 100)).toBe('0'.repeat(100));
    expect(await readRegularFile(at('none'), 100)).toBeUndefined();
    await appendFile(at('rc'), '0');
    await expect(readRegularFile(at('rc'), 100)).rejects.toEqual(
      unsafe(/101 bytes.*100 are allowed/),
    );
  });

  it('is refused for what it holds where it says nothing of its size', async () => {
    expect(await readRegularFile('/proc/self/status', 100_000)).toContain('Pid:');
    await expect(readRegularFile('/proc/self/status', 100)).rejects.toEqual(unsafe());
  });
});

describe('artifacts of others', () => {
  beforeEach(() => mkdir(at('job_events')));
  const artifacts = () => new RunArtifacts(root);
  const readers: Record<string, { file: string; read: () => Promise<unknown>; most: number }> = {
    stdout: { file: 'stdout', read: () => artifacts().stdout(), most: MAX_OUTPUT_BYTES },
    stderr: { file: 'stderr', read: () => artifacts().stderr(), most: MAX_OUTPUT_BYTES },
    events: {
      file: 'job_events/1-a.json',
      read: () => artifacts().events().next(),
      most: 256 * 1024 * 1024,
    },
    facts: {
      file: 'fact_cache/h',
      read: () => artifacts().factCache('h'),
      most: MAX_FACTS_BYTES,
    },
  };
  for (const [name, { file, read, most }] of Object.entries(readers))
    describe(name, () => {
      beforeEach(() => mkdir(at('fact_cache')));

      it.each(shapes)('are refused where a file is %s', async (_, make) => {
        await make(at(file));
        await expect(read()).rejects.toEqual(unsafe());
      });

      it('are refused where a file is too large', async () => {
        await large(at(file), most + 1);
        await expect(read()).rejects.toEqual(unsafe(/are allowed/));
      });
    });

  it('events are refused where their folder is a link', async () => {
    await rm(at('job_events'), { recursive: true });
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere', '1-a.json'), '{}');
    await symlink('elsewhere', at('job_events'));
    await expect(artifacts().events().next()).rejects.toEqual(unsafe(/it is a link/));
  });

  it.each([
    ['null', /must hold a JSON mapping/],
    ['[1]', /must hold a JSON mapping/],
    ['{', /must hold a JSON mapping/],
    ['{"a":'.repeat(5000) + '1' + '}'.repeat(5000), /nested deeper/],
  ])('events and facts %.10s are refused', async (text, sentence) => {
    await mkdir(at('fact_cache'));
    await writeFile(at('job_events', '1-a.json'), text);
    await writeFile(at('fact_cache', 'h'), text);
    await expect(artifacts().events().next()).rejects.toEqual(unsafe(sentence));
    await expect(artifacts().factCache('h')).rejects.toEqual(unsafe(sentence));
  });

  it('counters that are no numbers are no events', async () => {
    await writeFile(at('job_events', `${'9'.repeat(200)}-a.json`), '{}');
    expect(await artifacts().events().next()).toEqual({ done: true, value: undefined });
  });
});

describe('artifacts are not written through what others put there', () => {
  it.each(shapes)('stdout and command as %s', async (_, make) => {
    const folder = await ArtifactFolder.create(at('r'));
    await make(at('r', 'stdout'));
    await make(at('r', 'command'));
    expect(() => folder.openStdout()).toThrow(unsafe());
    expect(() => folder.writeCommand(['a'], '/', {})).toThrow(unsafe());
  });

  it.each(shapes)('a word as %s is replaced', async (_, make) => {
    const folder = await ArtifactFolder.create(at('r'));
    await make(at('r', 'status'));
    folder.replaceWord('status', 'error');
    expect((await lstat(at('r', 'status'))).isFile()).toBe(true);
    expect(await readFile(at('r', 'status'), 'utf8')).toBe('error');
  });

  it('an event whose place is a folder', async () => {
    const folder = await ArtifactFolder.create(at('r'));
    await mkdir(at('r', 'job_events', '1-a.json'));
    expect(() => folder.writeEvent(1, 'a', '{}')).toThrow(unsafe());
  });
});

describe('an input of a run', () => {
  it('is read no further than its limit, whatever its path leads to', async () => {
    await symlink('/dev/zero', at('settings'));
    await expect(readInput(at('settings'))).rejects.toThrow(/at most \d+ bytes/);
    await large(at('envvars'), 8 * 1024 ** 3);
    await expect(readInput(at('envvars'))).rejects.toThrow(/at most \d+ bytes/);
    await large(at('cmdline'), MAX_INPUT_BYTES);
    expect((await readInput(at('cmdline')))?.length).toBe(MAX_INPUT_BYTES);
  });

  it('may be a pipe', async () => {
    execFileSync('mkfifo', [at('ssh_key')]);
    const text = readInput(at('ssh_key'));
    const pipe = await open(at('ssh_key'), 'w');
    await pipe.write('a key');
    await pipe.close();
    expect(await text).toBe('a key');
  });
});
