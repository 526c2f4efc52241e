import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { members, root } from './workspace.mjs';

/**
 * The text of a source file's `@packageDocumentation` comment, without the comment's frame.
 *
 * @param {string} source
 * @returns {string | undefined}
 */
export function packageDoc(source) {
  const match = /^\s*(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(source);
  if (!match?.[1]?.includes('@packageDocumentation')) return undefined;
  return match[1]
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .replace('@packageDocumentation', '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/**
 * What a user of a package installs for what its page shows: the package, and others of ours that the examples import.
 *
 * @param {string} name
 * @param {readonly string[]} texts
 * @returns {string[]}
 */
export function installedBy(name, texts) {
  const imported = texts.flatMap((text) =>
    [...text.matchAll(/^(?:import|\}) .*from '(@receptorjs\/[^/']+)/gm)].map((match) =>
      String(match[1]),
    ),
  );
  return [name, ...new Set(imported.sort().filter((other) => other !== name))];
}

/**
 * The README of one member: its name, its package doc, how to install it.
 *
 * @param {import('./workspace.mjs').Member} member
 * @param {string} doc
 */
export function readmeOf(member, doc) {
  const { name, engines } = member.manifest;
  const map =
    'One of the packages of receptorjs: see the [map](../../docs/architecture.md) for what stands above and below it. Licence: Apache-2.0.';
  if (member.manifest.private)
    return [`# ${name}`, doc, `Not published. ${map}`].join('\n\n') + '\n';
  const install =
    member.kind === 'apps'
      ? `npm install --global ${name}`
      : `npm install ${installedBy(name, [doc]).join(' ')}`;
  return (
    [
      `# ${name}`,
      doc,
      '## Install',
      '```sh\n' + install + '\n```',
      `Needs Node ${engines?.node ?? ''}. ES modules with types.`,
      map,
    ].join('\n\n') + '\n'
  );
}

/**
 * Members whose README differs from what their index documents.
 *
 * @param {{ write?: boolean, from?: string }} [options] `write`: put it right instead
 * @returns {string[]}
 */
export function checkReadmes({ write = false, from = root } = {}) {
  return members(from).flatMap((member) => {
    const index = ['src/index.ts', 'src/cli.ts', 'src/main.tsx']
      .map((file) => join(from, member.folder, file))
      .find((path) => existsSync(path));
    if (!index)
      return [`${member.folder}: has neither src/index.ts nor src/cli.ts nor src/main.tsx`];
    const doc = packageDoc(readFileSync(index, 'utf8'));
    if (!doc)
      return [
        `${member.folder}: ${index.slice(join(from, member.folder).length + 1)} does not begin with a /** @packageDocumentation */ comment`,
      ];
    const path = join(from, member.folder, 'README.md');
    const wanted = readmeOf(member, doc);
    const found = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (found === wanted) return [];
    if (write) {
      writeFileSync(path, wanted);
      return [];
    }
    return [
      `${member.folder}/README.md: differs from the package doc; run 'node tooling/repo-rules/src/readme.mjs --write'`,
    ];
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const problems = checkReadmes({ write: process.argv.includes('--write') });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length ? 1 : 0;
}
