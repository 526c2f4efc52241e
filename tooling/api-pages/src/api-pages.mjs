// Builds the pages of what the published packages export, in results/api; with --check only says what is wrong in their comments.
import { join } from 'node:path';
import { root } from '../../repo-rules/src/workspace.mjs';
import { publishedEntries, readApi } from './api.mjs';

const entries = publishedEntries();
const { findings, write } = await readApi(entries);
for (const finding of findings) console.error(finding);
if (!process.argv.includes('--check')) {
  await write(join(root, 'results/api'));
  console.log(`results/api/index.html: ${entries.length} modules`);
}
process.exitCode = findings.length > 0 ? 1 : 0;
