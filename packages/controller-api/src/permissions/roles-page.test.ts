import { join } from 'node:path';
import { expect, it } from 'vitest';
import { permissions, type Verb } from './permission-table.js';
import { roles } from './roles.js';

const page = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'roles.md');
const verbs: readonly Verb[] = ['read', 'create', 'change', 'delete', 'start', 'cancel'];

/** A table as the formatter of this repository leaves it. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}

it('is the table that the code has, in the page of the roles; `vitest -u` writes it', async () => {
  const rows = Object.entries(permissions).map(([resource, row]) => [
    `\`${resource}\``,
    ...roles.map((role) => verbs.filter((verb) => row[role].includes(verb)).join(', ') || '–'),
  ]);
  const text = `# Roles of the controller

Who may do what through the interface of the controller. A user has one role: the first of administrator (\`is_superuser\`), operator (\`is_operator\`), auditor
(\`is_system_auditor\`) that is set, or none. Besides what the table says everybody reads and changes themselves (names, address, password), and has tokens of their own; a token whose
scope is \`read\` changes nothing. Attaching and detaching is a change of the row that something is attached to, \`start\` is to launch, to update, to relaunch and to check. What is not in
the table is forbidden.

This page is written by a test from the table that the code runs by, and another test sends a request for each of its entries.

${table([['resource', ...roles], ...rows])}
`;
  await expect(text).toMatchFileSnapshot(page);
});
