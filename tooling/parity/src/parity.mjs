// Runs every case with the Python runner and with ours, and compares what they recorded.
//   parity.mjs [--only TEXT] [--ansible VERSION,...]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from './cases.mjs';
import { compareCases } from './compare-cases.mjs';
import { environment } from './environments.mjs';
import { report, summaryLine } from './report.mjs';

const option = (/** @type {string} */ name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

/** The environments to compare in, by title. @returns {Promise<[string, string][]>} */
async function environments() {
  const versions = option('--ansible')?.split(',');
  if (versions === undefined) {
    const venv =
      process.env.RECEPTORJS_VENV ?? join(import.meta.dirname, '..', '..', '..', '.venv');
    if (!existsSync(join(venv, 'bin', 'ansible-runner')))
      throw new Error(
        `No ansible-runner in ${venv}: run the set-up (npm test), or name an environment in RECEPTORJS_VENV.`,
      );
    return [['', venv]];
  }
  /** @type {[string, string][]} */
  const made = [];
  for (const version of versions)
    made.push([`\nansible-core ${version}`, await environment(version)]);
  return made;
}

async function main() {
  const only = option('--only') ?? '';
  const chosen = cases.filter(({ name }) => name.includes(only));
  for (const [title, venv] of await environments()) {
    if (title !== '') console.log(title);
    const outcome = await compareCases(chosen, venv, {
      all: only === '',
      onCase: (one) => console.log(summaryLine(one)),
    });
    console.log(report(outcome));
    if (outcome.differing > 0 || outcome.unused.length > 0) process.exitCode = 1;
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
