// `npm run controller-trial`: trials of controllers on one PostgreSQL, over a mesh of real nodes that run real playbooks.
import { missingPostgres } from '@receptorjs/tooling-test-postgres';
import { runTrial, trialNames } from './run-trial.mjs';
import { TrialOptions } from './trial-options.mjs';

const all = await trialNames();
const usage = `npm run controller-trial -- [NAME...] [OPTIONS]: trials of controllers that share one PostgreSQL

  crash      controllers and the nodes beside them are killed, one after the other
  node       the daemon of a node that runs jobs is killed, and started again
  database   PostgreSQL ends as by a power cut, and comes back
  partition  nothing goes between controllers and nodes for a while
  late       a controller sleeps until others have its jobs, and wakes up
  share      controllers share many jobs

Names: ${all.join(', ')}; all of them where none is given

Options:
  --short                 as small as in the tests
  --json                  a line of JSON for each
  --keep                  the folder of a trial, with its logs, stays
  --jobs N --controllers N --nodes N
                          sizes, with defaults of each trial's own
  --steps N               seconds that a job takes at least
  --cut N                 seconds that a partition lasts; default 300
  --late N                seconds that a controller sleeps; default 20
  --help                  this text`;
/** @returns {TrialOptions} */
function optionsOf(/** @type {string[]} */ args) {
  try {
    return new TrialOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(usage);
  process.exit(0);
}
if (missingPostgres !== '') {
  console.error(`There is no PostgreSQL to run trials on: ${missingPostgres}`);
  process.exit(2);
}
const options = optionsOf(args);
const names = options.names.length > 0 ? options.names : all;
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no trial ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}
// with what the ends of daemons hang on
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
const begun = performance.now();
const say = (/** @type {string} */ line) =>
  console.error(`  ${((performance.now() - begun) / 1000).toFixed(1)} s  ${line}`);
let failed = 0;
for (const name of names) {
  try {
    const { problems, text } = await runTrial(name, { options, say });
    if (problems.length > 0) failed += 1;
    console.log(
      options.json
        ? JSON.stringify({ name, problems, text })
        : [`${name}:`, text, ...problems.map((problem) => `FAILS: ${problem}`)].join('\n'),
    );
  } catch (error) {
    failed += 1;
    const text = `could not be run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    console.log(options.json ? JSON.stringify({ name, problems: [text] }) : `${name} ${text}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
