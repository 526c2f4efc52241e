import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { compileSparingly } from './compile-sparingly.js';

async function flagsOf(version: string, open: () => Promise<string>): Promise<string[]> {
  const flags: string[] = [];
  await compileSparingly(version, open, (flag) => flags.push(flag)).catch(() => undefined);
  return flags;
}

const NODE_20 = '11.3.244.8-node.38';
const opened = (): Promise<string> => Promise.resolve('opened');
const both = ['--wasm-tiering-budget=2000000000', '--wasm-tiering-budget=1800000'];

it('holds optimizing back while something opens, by the V8 of Node.js 20 alone', async () => {
  expect(await flagsOf(NODE_20, opened)).toEqual(both);
  expect(await flagsOf(NODE_20, () => Promise.reject(new Error('no')))).toEqual(both);
  expect(await flagsOf('12.4.254.21-node.57', opened)).toEqual([]);
  expect(await compileSparingly('', opened)).toBe('opened');
});

it('sets what this V8 knows, and back to what it has by itself', async () => {
  const flags = await flagsOf(process.versions.v8, opened);
  const script = `
    const { setFlagsFromString } = require('node:v8');
    for (const flag of process.argv.slice(1)) setFlagsFromString(flag);
  `;
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(run('-e', script, '--', ...flags)).toMatchObject({ status: 0, stderr: '' });
  const { stdout } = run('--v8-options');
  for (const flag of flags.slice(1)) expect(stdout).toContain(`default: ${flag}`);
});
