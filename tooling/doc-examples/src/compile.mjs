import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../../repo-rules/src/workspace.mjs';

// the examples lie, or might as well lie, in this package, whose dependencies are all packages
const folder = join(root, 'tooling/doc-examples');

/** Strict settings of a user's project. @type {ts.CompilerOptions} */
const strict = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  resolveJsonModule: true,
  noEmit: true,
};

/** A finding of the compiler with its file, from a folder, and line. */
function told(/** @type {ts.Diagnostic} */ { start = 0, messageText, file }, from = folder) {
  const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
  const where = file === undefined ? '' : `${relative(from, file.fileName)}:${line} `;
  return where + ts.flattenDiagnosticMessageText(messageText, ' ');
}

/**
 * Checks the types of examples against the sources of the packages.
 *
 * @param {readonly { name: string, text: string }[]} examples `name` ends with `.ts`
 * @returns {string[]} what the compiler says, each with the example's name and line
 */
export function typeErrors(examples) {
  const texts = new Map(examples.map(({ name, text }) => [join(folder, name), text]));
  const options = { ...strict, customConditions: ['source'], skipLibCheck: true };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  const onDisk = host.getSourceFile.bind(host);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getCurrentDirectory = () => folder;
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const text = texts.get(path);
    return text === undefined
      ? onDisk(path, languageVersion, ...rest)
      : ts.createSourceFile(path, text, languageVersion);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map((diagnostic) => told(diagnostic)),
  );
}

/**
 * Checks the types of files in a folder where packages are installed, and of the declarations of our packages that they lead
 * to. Node's own types are those of this package, as nearly every project in TypeScript has them.
 *
 * @param {string} place
 * @param {readonly string[]} files paths from the folder
 * @returns {string[]} what the compiler says, each with file and line
 */
export function installedTypeErrors(place, files) {
  const options = { ...strict, typeRoots: [join(folder, 'node_modules/@types')] };
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => place;
  const program = ts.createProgram(
    files.map((file) => join(place, file)),
    options,
    host,
  );
  const ours = program
    .getSourceFiles()
    .filter(({ fileName }) => /^(?!.*\/node_modules\/)|\/@receptorjs\//.test(fileName));
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((file) => ts.getPreEmitDiagnostics(program, file)),
  ].map((diagnostic) => told(diagnostic, place));
}

/** The JavaScript of an example. */
export function javaScript(/** @type {string} */ text) {
  return ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  }).outputText;
}
