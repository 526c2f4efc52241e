// `npm run kubernetes`: trials of pods as units of work, on a real Kubernetes.
//   trials.mjs [NAME...] [--short] [--json] [--receptor ours|go] [--seed NUMBER] and, each with a default of the trial's own,
//   [--runs N] [--bytes N] [--parallel N] [--spool auto|always|never] [--jobs N] [--pods N] [--fault NAME]...
// NAME is a file of trials/. --short: so small as in the tests. --receptor go: the receptor in Go that RECEPTOR_GO names.
import { runTrial, trialNames } from './run-trial.mjs';
import { TrialOptions } from './trial-options.mjs';

const all = await trialNames();
const options = new TrialOptions(process.argv.slice(2));
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
