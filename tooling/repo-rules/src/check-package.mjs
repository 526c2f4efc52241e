// Packs the package in the current folder as it would be published and lets publint and attw judge it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const bin = (/** @type {string} */ name) => join(root, 'node_modules', '.bin', name);
const run = (/** @type {string} */ command, /** @type {string[]} */ args) => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
};

const out = mkdtempSync(join(tmpdir(), 'check-package-'));
try {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const packed = spawnSync('pnpm', ['pack', '--pack-destination', out], { encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(`pnpm pack failed: ${packed.stderr}${packed.stdout}`);
  const tarball = join(
    out,
    /** @type {string} */ (readdirSync(out).find((name) => name.endsWith('.tgz'))),
  );
  const results = [run(bin('publint'), [tarball, '--strict'])];
  if (manifest.exports?.['.'])
    results.push(run(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii']));
  process.exitCode = results.some((status) => status !== 0) ? 1 : 0;
} finally {
  rmSync(out, { recursive: true, force: true });
}
