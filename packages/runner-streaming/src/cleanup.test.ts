import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cleanup } from './cleanup.js';
import type { CleanupOptions } from './cleanup-options.js';
import { pathsLike } from './archive/path-pattern.js';

let root: string;
let lines: string[];
const at = (...names: string[]) => join(root, ...names);
const clean = (options: CleanupOptions) =>
  cleanup({ onLine: (line) => lines.push(line), ...options });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-cleanup-'));
  lines = [];
  await mkdir(at('tmp'));
  vi.stubEnv('TMPDIR', at('tmp'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

async function dataDir(name: string, minutesAgo = 120): Promise<void> {
  await mkdir(at(name, 'artifacts'), { recursive: true });
  const time = Date.now() / 1000 - minutesAgo * 60;
  await utimes(at(name), time, time);
}

describe('cleanup of private data dirs', () => {
  it('runner 7: keeps those whose process lives, and removes those whose process has ended', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'close');
    for (const [name, pid] of [
      ['job-live', process.pid],
      ['job-dead', ended.pid],
    ] as const) {
      await dataDir(name);
      await writeFile(at(name, 'pid'), String(pid));
      const time = Date.now() / 1000 - 7200;
      await utimes(at(name), time, time);
    }
    expect(await clean({ filePattern: at('job-*') })).toEqual({
      changed: true,
      removedDirs: 1,
      removedImages: 0,
      prunedImages: false,
    });
    expect((await readdir(root)).sort()).toEqual(['job-live', 'tmp']);
    expect(lines).toEqual([
      `Excluding running project ${at('job-live')} from cleanup`,
      `Removed 1 private data dir(s) in pattern ${at('job-*')}`,
      '(changed: True)',
    ]);
  });

  it('keeps what is younger than the grace period or contains an excluded text', async () => {
    await dataDir('job-young', 50);
    await dataDir('job-old', 70);
    await dataDir('job-wanted', 70);
    await clean({ filePattern: at('job-*'), excludeStrings: ['other,wanted'] });
    expect((await readdir(root)).sort()).toEqual(['job-wanted', 'job-young', 'tmp']);
    await clean({ filePattern: at('job-*'), gracePeriod: 0 });
    expect(await readdir(root)).toEqual(['tmp']);
    await clean({ filePattern: at('job-*') });
    expect(lines.at(-1)).toBe('(changed: False)');
  });

  it('leaves files and links alone, and what links lead to', async () => {
    await dataDir('kept');
    await writeFile(at('kept', 'file'), '');
    await symlink(at('kept'), at('job-link'));
    await writeFile(at('job-file'), '');
    await clean({ filePattern: at('job-*'), gracePeriod: 0 });
    expect((await readdir(root)).sort()).toEqual(['job-file', 'job-link', 'kept', 'tmp']);
    expect(await readdir(at('kept'))).toContain('file');
  });

  it('removes the registry credentials of the runs in them, and no others', async () => {
    await dataDir('job');
    await mkdir(at('job', 'artifacts', 'a1'));
    for (const name of ['a1_x', 'a1_y', 'a2_x'])
      await mkdir(at('tmp', `ansible_runner_registry_${name}`));
    await clean({ filePattern: at('jo?'), gracePeriod: 0 });
    expect(await readdir(at('tmp'))).toEqual(['ansible_runner_registry_a2_x']);
    expect(lines[0]).toBe(
      `Removed associated registry auth dir ${at('tmp', 'ansible_runner_registry_a1_x')}`,
    );
  });

  it.each(['/', '/us*', '/etc/', '/./var', '/home/../tmp/../root'])(
    'refuses %s, before anything is removed',
    async (filePattern) => {
      await expect(clean({ filePattern })).rejects.toMatchObject({
        code: 'system-folder',
        message: expect.stringContaining(
          'Provided pattern could result in deleting system folders:',
        ) as string,
      });
    },
  );

  it('refuses the folder for temporary files, also by a link', async () => {
    await symlink(at('tmp'), at('elsewhere'));
    for (const name of ['tmp', 'elsewhere'])
      await expect(clean({ filePattern: at(name) })).rejects.toMatchObject({
        code: 'system-folder',
      });
  });
});

describe('cleanup of images', () => {
  /** A stand-in for an engine that writes down its arguments. */
  async function engine(name: string, script: string): Promise<void> {
    await mkdir(at('bin'), { recursive: true });
    await writeFile(
      at('bin', name),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> ${at('calls')}\n${script}\n`,
      { mode: 0o755 },
    );
    vi.stubEnv('PATH', `${at('bin')}:${process.env.PATH ?? ''}`);
  }
  const calls = async () => (await readFile(at('calls'), 'utf8')).trim().split('\n');

  it('takes tags from images with podman, and prunes', async () => {
    await engine(
      'podman',
      `case "$1" in images) [ "$3" = gone ] || echo '"quay.io/u/i:devel"';; image) echo abc;; esac`,
    );
    const result = await clean({ removeImages: ['quay.io/u/i:devel,gone'], imagePrune: true });
    expect(result).toMatchObject({ changed: true, removedImages: 1, prunedImages: true });
    expect(await calls()).toEqual([
      'images --format="{{.Repository}}:{{.Tag}}" quay.io/u/i:devel',
      'untag quay.io/u/i:devel',
      'images --format="{{.Repository}}:{{.Tag}}" gone',
      'image prune -f',
    ]);
    expect(lines).toEqual(['Removed 1 image(s)', 'Pruned images', '(changed: True)']);
  });

  it('removes the names that were found with docker, and says when nothing was pruned', async () => {
    await engine(
      'docker',
      `case "$1" in images) printf '"i:1"\\n"i:2"\\n';; rmi) echo "Untagged: $2";; image) echo 'Total reclaimed space: 0B';; esac`,
    );
    const result = await clean({
      removeImages: ['i'],
      imagePrune: true,
      processIsolationExecutable: 'docker',
    });
    expect(result).toMatchObject({ removedImages: 2, prunedImages: false });
    expect((await calls()).slice(1, 3)).toEqual(['rmi i:1 -f', 'rmi i:2 -f']);
  });

  it('says which command failed', async () => {
    await engine('podman', 'echo out; exit 3');
    await expect(clean({ imagePrune: true })).rejects.toMatchObject({
      code: 'engine-failed',
      message: 'Error running command:\npodman image prune -f\nStdout:\nout\n',
    });
    await expect(
      clean({ imagePrune: true, processIsolationExecutable: at('missing') }),
    ).rejects.toMatchObject({ code: 'engine-failed' });
  });
});

describe('pathsLike', () => {
  it('finds what a shell finds', async () => {
    for (const name of ['a1', 'a2', 'b1', '.a1', 'a[1]'])
      await mkdir(at('g', name, 'x'), { recursive: true });
    const names = async (pattern: string) =>
      (await pathsLike(at('g', pattern))).map((path) => path.slice(at('g').length + 1));
    expect(await names('a*')).toEqual(['a1', 'a2', 'a[1]']);
    expect(await names('a?')).toEqual(['a1', 'a2']);
    expect(await names('[!a]*/x')).toEqual(['b1/x']);
    expect(await names('a[12]')).toEqual(['a1', 'a2']);
    expect(await names('a[[]1]')).toEqual(['a[1]']);
    expect(await names('.a*')).toEqual(['.a1']);
    expect(await names('a[2-1]')).toEqual([]);
    expect(await names('a(1')).toEqual([]);
  });
});
