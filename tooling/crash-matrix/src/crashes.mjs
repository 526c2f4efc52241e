// `npm run crashes`: kills daemons at every step of a unit of work and at random times, and says what was lost, run twice, stuck or left.
//   crashes.mjs [--runs 60] [--seed NUMBER] [--parallel 4] [--case VICTIM/POINT/STORY] [--json]
// A run that fails is run again by the words that stand beside it.
import { parseArgs } from 'node:util';
import { commandsOf } from '@receptorjs/tooling-attacks/commands';
import { cases } from './points.mjs';
import { randomOf } from './random.mjs';
import { runCase } from './run-case.mjs';
import { Table } from './table.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    parallel: { type: 'string', default: '4' },
    case: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [runs, firstSeed, parallel] = [values.runs, values.seed, values.parallel].map(Number);
if (!runs || firstSeed === undefined || Number.isNaN(firstSeed) || !parallel) {
  console.error('--runs, --seed and --parallel take numbers');
  process.exit(2);
}

const nameOf = (/** @type {import('./points.mjs').Case} */ { victim, point, story }) =>
  `${victim}/${point}/${story}`;
const chosen =
  values.case === undefined ? cases : cases.filter((each) => nameOf(each) === values.case);
if (chosen.length === 0) {
  console.error(`no case ${values.case}; there are\n${cases.map(nameOf).join('\n')}`);
  process.exit(2);
}

/** Each case once, the rest of the first round at random times; then each at a later time that the point is come to, and random times. */
function planned(/** @type {number} */ at) {
  const each = chosen[at % chosen.length] ?? chosen[0];
  const seed = (firstSeed ?? 0) + at;
  const times = at < chosen.length ? 1 : 1 + Math.floor(randomOf(seed)() * 3);
  return { each, seed, times };
}

const commands = commandsOf();
const table = new Table();
/** @type {{ case: string, seed: number, problems: import('./run-case.mjs').Problem[] }[]} */
const failures = [];
let next = 0;
const worker = async () => {
  while (next < (runs ?? 0)) {
    const { each, seed, times } = planned(next++);
    if (each === undefined) return;
    const problems = await runCase(each, { seed, times, commands });
    table.add(each, problems);
    if (problems.length === 0) continue;
    failures.push({ case: nameOf(each), seed, problems });
    const texts = problems.map(({ fault, text }) => `${fault}: ${text}`).join('; ');
    const again = `npm run crashes -- --case ${nameOf(each)} --seed ${seed} --runs 1`;
    (values.json ? console.error : console.log)(`FAILS ${texts}\n  again: ${again}`);
  }
};
// each daemon that runs listens to the end of this process
process.setMaxListeners(2 * parallel + 10);
const begun = performance.now();
await Promise.all(Array.from({ length: parallel }, worker));
if (values.json) console.log(JSON.stringify({ runs, seed: firstSeed, failures }));
else {
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(`${table.toString()}\n${runs} runs from seed ${firstSeed} on, ${seconds} s`);
}
process.exit(failures.length === 0 ? 0 : 1);
