import { expect, it } from 'vitest';
import { instanceTransitions } from './instance-states.js';
import { jobTransitions } from './job-states.js';
import type { TransitionTable } from './transition-table.js';

const heading = `# States of a control plane

Made from the tables that the code runs (\`packages/controller-core/src/domain\`). A row is a state, a column what happens to it; what is empty is refused.
`;

function tableOf(table: TransitionTable<string, string>): string {
  const events = [...new Set(Object.values(table).flatMap((row) => Object.keys(row)))];
  const rows = Object.entries(table).map(([state, row]) => [
    state,
    ...events.map((event) => row[event] ?? ''),
  ]);
  const all = [['', ...events], ...rows];
  const widths = ['', ...events].map((_, at) =>
    Math.max(3, ...all.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(['', ...events]), line(rule), ...rows.map(line)].join('\n');
}

it('the page of states shows the tables that the code runs', async () => {
  const page = [
    heading,
    '## Nodes\n',
    `${tableOf(instanceTransitions)}\n`,
    '## Jobs\n',
    `${tableOf(jobTransitions)}\n`,
    '## Leases of controllers\n',
    `| lease   | renewed in time | renewed late | given up, or another process of the node opens one |
| ------- | --------------- | ------------ | -------------------------------------------------- |
| alive   | alive           | alive        | gone                                               |
| expired | alive           | alive        | gone                                               |
| gone    | gone            | gone         | gone                                               |

While a lease is expired others may take the jobs of its controller; what they have taken stays theirs.
`,
  ].join('\n');
  await expect(page).toMatchFileSnapshot('../../../../docs/controller-states.md');
});
