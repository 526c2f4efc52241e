// `npm run kubernetes`: trials of pods as units of work, on a real Kubernetes.
import { runTrial, trialNames } from './run-trial.mjs';
import { TrialOptions } from './trial-options.mjs';

const all = await trialNames();
const usage = `npm run kubernetes -- [NAME...] [OPTIONS]: trials of pods as units of work, on a real Kubernetes

Names: ${all.join(', ')}; all of them where none is given

Options:
  --short                 as small as in the tests
  --json                  a line of JSON for each
  --receptor ours|go      go: the receptor in Go that RECEPTOR_GO names
  --seed N                of what is random
  --fault NAME            one fault of faults, or of several by repeating it
  --runs N --bytes N --parallel N --jobs N --pods N --spool auto|always|never
                          sizes, with defaults of each trial's own
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
const options = optionsOf(args);
const names = options.names.length > 0 ? options.names : all;
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no trial ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}
// with what the ends of daemons and clusters hang on
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
const say = (/** @type {string} */ line) => console.error(`  ${line}`);
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
    const text = `could not be run: ${String(error)}`;
    console.log(options.json ? JSON.stringify({ name, problems: [text] }) : `${name} ${text}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
