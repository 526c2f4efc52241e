// Writes the lines of a file to stdout, so many a second.
//   paced.mjs FILE RATE
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const STEP_MS = 100;
const [file = '', rate = '1'] = process.argv.slice(2);
const lines = readFileSync(file, 'utf8').split(/(?<=\n)/);
const begun = performance.now();
for (let at = 0; at < lines.length;) {
  const due = Math.ceil(((performance.now() - begun) / 1_000) * Number(rate));
  process.stdout.write(lines.slice(at, due).join(''));
  at = Math.max(at, due);
  await setTimeout(STEP_MS);
}
