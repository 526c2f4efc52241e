import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildOf, previous } from './base-build.mjs';

let clone = '';
const git = (/** @type {string[]} */ ...args) =>
  execFileSync('git', args, { cwd: clone, encoding: 'utf8' }).trim();
function commit(/** @type {string} */ message) {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  git(...author, 'commit', '--quiet', '--allow-empty', '--no-gpg-sign', '-m', message);
  return git('rev-parse', 'HEAD');
}

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'base-build-'));
  git('init', '--quiet', '--initial-branch', 'main');
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

it('compares a branch with where it has left main, and main with its commit before', () => {
  const first = commit('first');
  const second = commit('second');
  expect(previous(clone)).toBe(first);
  git('checkout', '--quiet', '-b', 'change');
  commit('third');
  commit('fourth');
  expect(previous(clone)).toBe(second);
});

it('says why there is nothing to compare with', () => {
  commit('first');
  expect(() => previous(clone)).toThrow('no commit before');
  expect(() => buildOf(clone, 'nothing')).toThrow('neither a revision nor the folder of a build');
});
