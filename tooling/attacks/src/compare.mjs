// The table of docs/security.md, out of runs with --json:
//   compare.mjs BEFORE AFTER ORIGINALS
import { readFileSync } from 'node:fs';
import { comparison } from './table.mjs';

/** @param {string} path @returns {Map<string, import('./on-mesh.mjs').Figures>} */
function figuresIn(path) {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [JSON.parse(line).name, JSON.parse(line)]));
}

console.log(comparison(process.argv.slice(2).map(figuresIn)));
