// `npm run attacks`: every attack, one line each.
//   attacks.mjs [NAME...] [--short] [--settle SECONDS] [--json] [--root CHECKOUT] [--receptor BINARY] [--runner BINARY]
// NAME is a file of attacks/. --short: seconds each, as in the tests. --settle: so long after the attack is looked at what is
// left of it, a minute when not given. --root: another built checkout is attacked, or single
// commands of it by --receptor and --runner.
import { parseArgs } from 'node:util';
import { commandsOf } from './commands.mjs';
import { attackNames, runAttack } from './run-attacks.mjs';
import { heading, tableLine } from './table.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    settle: { type: 'string' },
    root: { type: 'string' },
    receptor: { type: 'string' },
    runner: { type: 'string' },
  },
});
const commands = commandsOf(values);
const all = await attackNames();
const names = positionals.length > 0 ? positionals : all;
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no attack ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}
if (!values.json) console.log(heading());
const settleMs = Number(values.settle ?? (values.short ? 1.5 : 60)) * 1000;
let failed = 0;
for (const name of names) {
  try {
    const figures = await runAttack(name, { commands, short: values.short, settleMs });
    if (figures.problems.length > 0) failed += 1;
    console.log(values.json ? JSON.stringify({ name, ...figures }) : tableLine(name, figures));
  } catch (error) {
    failed += 1;
    console.log(
      values.json
        ? JSON.stringify({ name, problems: [String(error)] })
        : `${name} could not be run: ${String(error)}`,
    );
  }
}
process.exit(failed === 0 ? 0 : 1);
