import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cases } from './points.mjs';
import { Table } from './table.mjs';

const root = join(import.meta.dirname, '..', '..', '..');

/** Names of all points in the sources of the packages. */
function pointsOfTheCode() {
  const names = new Set();
  for (const name of readdirSync(join(root, 'packages'))) {
    const folder = join(root, 'packages', name, 'src');
    for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts') || entry.endsWith('.test.ts')) continue;
      const text = readFileSync(join(folder, entry), 'utf8');
      for (const [, point] of text.matchAll(/\bpoint\('([^']+)'\)/g)) names.add(point);
    }
  }
  return [...names].sort();
}

it('every point of the code is in the matrix, and no other', () => {
  const named = new Set(cases.map(({ point }) => point).filter((point) => point !== 'random'));
  expect([...named].sort()).toEqual(pointsOfTheCode());
});

it('the table counts runs and faults by daemon and point', () => {
  const table = new Table();
  const each = /** @type {const} */ ({ victim: 'near', point: 'started', story: 'finish' });
  table.add(each, []);
  table.add(each, [{ fault: 'doubled', text: 'x' }]);
  expect(
    table
      .toString()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['killed at', 'runs', 'lost', 'doubled', 'stuck', 'orphans', 'leaked', 'untrue', 'not reached'],
    ['near started', '2', '0', '1', '0', '0', '0', '0', '0'],
    ['all', '2', '0', '1', '0', '0', '0', '0', '0'],
  ]);
});
