import { join } from 'node:path';
import { expect, it } from 'vitest';
import { command, root } from './mesh.js';

const tool = join(root, 'tooling', 'attacks', 'src');

/** What the tool says of one attack. */
interface Figures {
  readonly problems: readonly string[];
  readonly skipped?: string;
}

const names = [
  ...['copy-of-newlines', 'copy-of-objects', 'nested-json', 'via-receptor'],
  ...['rc-is-a-folder', 'rc-is-a-link', 'rc-is-large', 'overlapping-members'],
  ...['silent-local', 'silent-tcp', 'half-lines', 'large-submit', 'many-entries'],
  ...['bad-peer', 'bad-frames', 'endless-stdout', 'lying-status'],
  ...['planted-units', 'signals'],
];

it.each(names)('the short form of the attack %s', async (name) => {
  const { stdout, stderr } = await command(process.execPath, [
    join(tool, 'attacks.mjs'),
    name,
    '--short',
    '--json',
  ]);
  const { problems, skipped } = JSON.parse(stdout || '{}') as Figures;
  if (skipped !== undefined) console.log(`${name} is skipped: ${skipped}`);
  expect(problems, stderr).toEqual([]);
});
