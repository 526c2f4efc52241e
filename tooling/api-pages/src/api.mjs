import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Application, LogLevel } from 'typedoc';
import ts from 'typescript';
import { members, root } from '../../repo-rules/src/workspace.mjs';

/**
 * @typedef {object} Entry what a package lets others import
 * @property {string} name as they import it
 * @property {string} path its source
 */

/**
 * What is looked for: every exported name, and every method and accessor of one, has a doc comment. Properties are left to those who write
 * them, as many say all by their name and type.
 *
 * @type {import('typedoc').ReflectionKind.KindString[]}
 */
const requiredToBeDocumented = [
  'Module',
  'Class',
  'Interface',
  'TypeAlias',
  'Enum',
  'EnumMember',
  'Function',
  'Variable',
  'Method',
  'Accessor',
];

/**
 * The entries of all published packages. Apps export nothing, and what `./internal` exports is for packages beside.
 *
 * @returns {Entry[]}
 */
export function publishedEntries(from = root) {
  return members(from)
    .filter(({ manifest }) => !manifest.private)
    .flatMap(({ folder, manifest }) =>
      Object.entries(manifest.exports ?? {})
        .filter(([entry, { source }]) => source !== undefined && entry !== './internal')
        .map(([entry, { source }]) => ({
          name: manifest.name + entry.slice(1),
          path: join(from, folder, source),
        })),
    );
}

/** The compiler's settings of the packages, with `source` as a condition. */
function compilerOptions() {
  const path = join(root, 'tooling/tsconfig/base.json');
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, import.meta.dirname).options;
}

/** Everything is looked at once, but names that are not exported, which are looked for in one package at a time. */
const validation = {
  invalidLink: true,
  invalidPath: true,
  notDocumented: true,
  notExported: false,
  rewrittenLink: true,
  unusedMergeModuleWith: true,
};
const onlyNotExported = {
  invalidLink: false,
  invalidPath: false,
  notDocumented: false,
  notExported: true,
  rewrittenLink: false,
  unusedMergeModuleWith: false,
};

/**
 * Reads what the entries export, all as one program, so that links between packages lead somewhere.
 *
 * @param {readonly Entry[]} entries
 * @param {string[]} [ours] the packages that are looked into: those of the entries, and private ones they are made of
 * @returns {Promise<{ findings: string[], write: (folder: string) => Promise<void> }>} `findings`: names without a doc comment, links
 *   that lead nowhere, names in exported signatures that are not exported, whatever else is wrong in a comment; `write`: makes the
 *   pages
 */
export async function readApi(entries, ours = members().map(({ manifest }) => manifest.name)) {
  const app = await Application.bootstrap({
    name: 'receptorjs',
    readme: 'none',
    basePath: root,
    disableGit: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    // Node's own types have pages elsewhere
    externalSymbolLinkMappings: { '@types/node': { '*': '#' } },
    packagesRequiringDocumentation: ours,
    requiredToBeDocumented,
    validation,
  });
  /** @type {string[]} */
  const findings = [];
  app.logger.log = (message, level) => {
    if (level >= LogLevel.Warn) findings.push(plain(message));
  };
  const program = ts.createProgram(
    entries.map(({ path }) => path),
    compilerOptions(),
  );
  const sources = entries.map(({ name, path }) => {
    const sourceFile = program.getSourceFile(path);
    if (sourceFile === undefined) throw new Error(`${path}, the source of ${name}, is not there`);
    return { displayName: name, program, sourceFile };
  });
  const project = app.converter.convert(sources);
  app.validate(project);
  app.options.setValue('validation', onlyNotExported);
  for (const name of ours) {
    project.packageName = name;
    app.validate(project);
  }
  delete project.packageName;
  return { findings, write: (folder) => app.generateDocs(project, folder) };
}

/** A message of typedoc without colors, severity and what it advises. */
function plain(/** @type {string} */ message) {
  return stripVTControlCharacters(message)
    .replace(/^\[\w+\] /, '')
    .replace(/\. To fix this warning.*/, '');
}
