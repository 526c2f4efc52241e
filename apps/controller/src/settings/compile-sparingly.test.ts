import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { compileSparingly } from './compile-sparingly.js';

function flagsFor(version: string): string[] {
  const flags: string[] = [];
  compileSparingly(version, (flag) => flags.push(flag));
  return flags;
}

it('holds optimizing back by the V8 of Node.js 20 alone', () => {
  expect(flagsFor('11.3.244.8-node.38')).toEqual(['--liftoff-only']);
  expect(flagsFor('12.4.254.21-node.57')).toEqual([]);
  expect(flagsFor('')).toEqual([]);
});

it('sets nothing that the V8 of this Node.js does not know', () => {
  const script = `
    const { setFlagsFromString } = require('node:v8');
    for (const flag of process.argv.slice(1)) setFlagsFromString(flag);
  `;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['-e', script, '--', ...flagsFor(process.versions.v8)],
    { encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
