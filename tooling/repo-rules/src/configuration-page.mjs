import { readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examples } from './configuration-examples.mjs';
import { root } from './workspace.mjs';

const PAGE = 'docs/configuration.md';

/**
 * @typedef {object} Field what the page says of a field of the action table
 * @property {string} help
 * @property {string} allowed
 * @property {boolean} bare
 * @property {boolean} required
 * @property {unknown} fallback
 * @property {string | undefined} fallbackText
 *
 * @typedef {object} Action
 * @property {string} help
 * @property {string} reload
 * @property {string} [v2]
 * @property {boolean} [v2Single]
 * @property {boolean} [singleton]
 * @property {boolean} [exclusive]
 * @property {Readonly<Record<string, Field>>} fields
 *
 * @typedef {{ title: string, actions: Readonly<Record<string, Action>> }} Area
 */

const INTRODUCTION = `# Configuration

What a node does is said by actions, on the command line or in files. This page is made from the table of actions in
\`packages/receptor-config\` (\`node tooling/repo-rules/src/configuration-page.mjs --write\`); \`receptor --help\` prints the same table,
and editors know it by its [JSON Schema](../packages/receptor-config/schema/receptor.schema.json).

| Form | How it is written |
| --- | --- |
| command line | \`receptor --node id=foo --tcp-listener port=2222\`: one or two dashes before an action, then its fields |
| list | \`- node: {id: foo}\` and \`- tcp-listener: {port: 2222}\`: a YAML list of actions, read by \`--config FILE\` |
| v2 | \`version: 2\`, \`node: {id: foo}\`, \`tcp-listeners: [{port: 2222}]\`: a YAML map, read by \`--config FILE\` as well |

Names of actions and fields may be in any case. A field whose key may be left out also takes the action's own value:
\`- tcp-listener: 2222\`. \`receptor --check --config FILE\` lists every mistake with its place. What counts when a running node is
told to reload stands with each action: *reopened* is closed and opened on its own, *applied* changes in place, *fixed* needs a restart
(of \`node\` the firewall rules, \`maxunitdisk\` and the fields that begin with \`retention\` alone are applied; retention releases
units within a minute).`;

const inCell = (/** @type {string} */ text) =>
  text.replaceAll('|', '\\|').replace(/<(?=\w)/g, '\\<');

const fallbackOf = (/** @type {Field} */ { fallback, fallbackText }) =>
  fallback === undefined ? '' : `\`${fallbackText ?? JSON.stringify(fallback)}\``;

/** Where an action stands in the v2 form. */
function keyOf(/** @type {Action} */ { v2, v2Single, singleton }) {
  if (v2 === undefined) return 'not in the v2 form';
  return `v2 key \`${v2}\` (${singleton || v2Single ? 'one map' : 'a list of maps'})`;
}

function actionText(/** @type {string} */ name, /** @type {Action} */ action) {
  const facts = [
    keyOf(action),
    `reload: ${action.reload}`,
    ...(action.singleton ? ['at most once'] : []),
    ...(action.exclusive ? ['stands alone and ends the process'] : []),
  ];
  const rows = Object.entries(action.fields).map(([key, field]) => {
    const notes = [
      ...(field.required ? ['required'] : []),
      ...(field.bare ? ['the key may be left out'] : []),
    ];
    const help = [field.help, ...notes].join('; ');
    return `| \`${key}\` | ${inCell(field.allowed)} | ${fallbackOf(field)} | ${inCell(help)} |`;
  });
  const table =
    rows.length === 0
      ? 'It has no fields.'
      : ['| Field | Allowed | Default | What it is |', '| --- | --- | --- | --- |', ...rows].join(
          '\n',
        );
  return [
    `### ${name}`,
    `${action.help}. *${facts.join('; ')}.*`,
    `Example: \`${examples[name] ?? ''}\``,
    table,
  ].join('\n\n');
}

/**
 * The page of all actions.
 *
 * @param {readonly Area[]} areas
 * @returns {string}
 */
export function configurationPage(areas) {
  const parts = areas.flatMap(({ title, actions }) => [
    `## ${title}`,
    ...Object.entries(actions).map(([name, action]) => actionText(name, action)),
  ]);
  return `${[INTRODUCTION, ...parts].join('\n\n')}\n`;
}

/**
 * What is wrong with the examples: an action without one, and what `check` says of each.
 *
 * @param {readonly Area[]} areas
 * @param {Readonly<Record<string, string>>} given by action
 * @param {(example: string) => void} check throws what is wrong with an example
 * @returns {string[]}
 */
export function wrongExamples(areas, given, check) {
  const names = areas.flatMap(({ actions }) => Object.keys(actions));
  const place = 'tooling/repo-rules/src/configuration-examples.mjs';
  return [
    ...names.flatMap((name) => {
      const example = given[name];
      if (example === undefined) return [`${place}: '${name}' has no example`];
      if (!example.startsWith(`- ${name}`))
        return [`${place}: that of '${name}' is of another action`];
      try {
        check(example);
        return [];
      } catch (error) {
        return [`${place}: that of '${name}': ${error instanceof Error ? error.message : error}`];
      }
    }),
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => `${place}: there is no action '${name}'`),
  ];
}

/**
 * What is wrong with the page of the configuration.
 *
 * @param {{ write?: boolean }} [options] `write`: put it right instead
 * @returns {Promise<string[]>}
 */
export async function checkConfigurationPage({ write = false } = {}) {
  register('./typescript-hooks.mjs', import.meta.url);
  const source = (/** @type {string} */ file) =>
    import(pathToFileURL(join(root, 'packages/receptor-config/src', file)).href);
  const { areas } = await source('actions.ts');
  const { parseConfigFile, validate } = await source('index.ts');
  const problems = wrongExamples(areas, examples, (example) => {
    validate(parseConfigFile(example, 'example'));
  });
  const text = configurationPage(areas);
  const path = join(root, PAGE);
  if (readFileSync(path, 'utf8') === text) return problems;
  if (write) {
    writeFileSync(path, text);
    return problems;
  }
  return [
    ...problems,
    `${PAGE}: is not that of the action table; run 'node tooling/repo-rules/src/configuration-page.mjs --write'`,
  ];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const problems = await checkConfigurationPage({ write: process.argv.includes('--write') });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length ? 1 : 0;
}
