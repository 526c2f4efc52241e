import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, members, root } from './workspace.mjs';

/**
 * The direction of imports, from the bottom up. A member may import members of lower layers only.
 * docs/architecture.md explains it.
 *
 * @type {readonly (readonly string[])[]}
 */
export const layers = [
  [
    'primitives',
    'validation',
    'process-table',
    'socket-addresses',
    'bounded-json',
    'quotas',
    'join-protocol',
  ],
  ['netceptor', 'certificates', 'quic-engine', 'command-line', 'control-protocol'],
  ['quic-engine-wasm', 'quic-engine-native'],
  [
    'netceptor-streams',
    'netceptor-backends',
    'netceptor-simulator',
    'runner-core',
    'receptor-config',
  ],
  ['control-client', 'runner-streaming', 'runner-commands', 'runner-events'],
  ['control-service', 'workceptor'],
  [
    'mesh-services',
    'mesh-diagnostics',
    'runner-mesh',
    'controller-core',
    'node-metrics',
    'unit-traces',
    'workceptor-kubernetes',
  ],
  [
    'runner-events-http',
    'runner-events-zmq',
    'runner-events-mqtt',
    'controller-storage',
    'controller-api',
    'controller-mesh',
    'controller-projects',
    'controller-web',
  ],
  ['receptor', 'receptorctl', 'ansible-runner', 'controller'],
];

/** The runner knows nothing of the mesh; `runner-mesh` alone joins them. */
const runner = new Set([
  'runner-core',
  'runner-streaming',
  'runner-commands',
  'runner-events',
  'runner-events-http',
  'runner-events-zmq',
  'runner-events-mqtt',
]);
const mesh = new Set([
  'netceptor',
  'control-protocol',
  'netceptor-streams',
  'quic-engine',
  'quic-engine-wasm',
  'quic-engine-native',
  'netceptor-backends',
  'netceptor-simulator',
  'control-client',
  'control-service',
  'workceptor',
  'workceptor-kubernetes',
  'mesh-services',
  'mesh-diagnostics',
  'certificates',
  'socket-addresses',
]);

/** Whether a file is a test or a set-up of tests: `*.test.ts`, `test-*.ts`, what is in a folder `testing/`. None is published. */
const isTest = (/** @type {string} */ file) =>
  /(?:\.test|\/test-[a-z-]+)\.ts$|\/testing\//.test(file);

const importPattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)['"]([^'"]+)['"]/g;

/**
 * The module names a source text imports.
 *
 * @param {string} source
 * @returns {string[]}
 */
export function importsOf(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(importPattern)].map((match) => /** @type {string} */ (match[1]));
}

/**
 * What a package may offer besides itself: a part that is there for tests, one that loads less of it, and what only the
 * packages of this workspace use.
 */
const doors = new Set(['/package.json', '/testing', '/sockets', '/internal']);

/**
 * Says what is wrong with one import of one member, or nothing.
 *
 * @param {string} from the importing member's short name
 * @param {string} specifier what it imports
 * @param {string} [file] path of the file inside its member, for relative imports
 * @returns {string | undefined}
 */
export function checkImport(from, specifier, file = 'src/index.ts') {
  if (specifier.startsWith('.')) {
    const parts = [...file.split('/').slice(0, -1)];
    for (const part of specifier.split('/')) {
      if (part === '..') {
        if (parts.pop() === undefined)
          return `'${specifier}' leaves the package; import the other package by its name`;
      } else if (part !== '.') parts.push(part);
    }
    return undefined;
  }
  const match = /^@receptorjs\/([^/]+)(\/.*)?$/.exec(specifier);
  if (!match) return undefined;
  const [, to = '', path] = match;
  if (path !== undefined && !doors.has(path))
    return `'${specifier}' reaches into another package; import '@receptorjs/${to}'`;
  if (to.startsWith('tooling-')) {
    // a tool in what is published would be bundled with it
    return isTest(file) || !file.startsWith('src/')
      ? undefined
      : `'${specifier}' is a tool: only tests and their set-ups import it`;
  }
  const fromLayer = layers.findIndex((layer) => layer.includes(from));
  const toLayer = layers.findIndex((layer) => layer.includes(to));
  if (fromLayer < 0)
    return `'${from}' stands in no layer; add it in tooling/repo-rules/src/layers.mjs`;
  if (toLayer < 0) return `'${specifier}' is no package of this workspace`;
  if (toLayer >= fromLayer)
    return `'${specifier}' is not below '${from}'; imports go downwards only`;
  if (runner.has(from) && mesh.has(to))
    return `'${from}' is a runner package and must not know the mesh package '${to}'`;
  return undefined;
}

/**
 * The dependencies of a member of which it imports what changes without notice, and that it would take in another version.
 *
 * @param {import('./workspace.mjs').Member} member
 * @param {string} from
 */
function internalVersions(member, from) {
  const used = new Set(
    filesBelow(`${member.folder}/src`, /\.(ts|mts|tsx)$/, from).flatMap((file) =>
      importsOf(readFileSync(join(from, file), 'utf8'))
        .filter((specifier) => specifier.endsWith('/internal'))
        .map((specifier) => specifier.slice(0, -'/internal'.length)),
    ),
  );
  const { dependencies, optionalDependencies, peerDependencies } = member.manifest;
  return Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .filter(([name, range]) => used.has(name) && range !== 'workspace:*')
    .map(([name]) => ({
      file: `${member.folder}/package.json`,
      why: `'${name}/internal' is imported: the dependency must be 'workspace:*', one version exactly`,
    }));
}

/**
 * Every import in the workspace that goes against the direction.
 *
 * @param {string} [from]
 * @returns {string[]}
 */
export function checkLayers(from = root) {
  return members(from).flatMap((member) => {
    const inFiles = filesBelow(`${member.folder}/src`, /\.(ts|mts|tsx)$/, from)
      // tests and their set-ups (test-*.ts) may compose a whole system out of higher layers, but never out of another
      // package's src
      .flatMap((file) =>
        importsOf(readFileSync(join(from, file), 'utf8')).map((specifier) => ({
          file,
          why: isTest(file)
            ? checkImport('receptor', specifier, file.slice(member.folder.length + 1))
            : checkImport(member.name, specifier, file.slice(member.folder.length + 1)),
        })),
      );
    const inManifest = Object.keys(member.manifest.dependencies ?? {}).map((specifier) => ({
      file: `${member.folder}/package.json`,
      why: member.kind === 'apps' ? undefined : checkImport(member.name, specifier),
    }));
    return [...inFiles, ...inManifest, ...internalVersions(member, from)].flatMap(
      ({ file, why }) => (why ? [`${file}: ${why}`] : []),
    );
  });
}
