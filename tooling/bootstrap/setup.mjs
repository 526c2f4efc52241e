import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, dirname } from 'node:path';
import { installApiTools } from './api-tools.mjs';
import { digest, once, root, tools, venv } from './places.mjs';
import { checkNode, findPython, installFailure } from './prerequisites.mjs';
import { exclusively } from './set-up-lock.mjs';
import { run, SetupError, step } from './steps.mjs';

/** So patient npm and pnpm are with a registry; by themselves they wait over a minute for one that refuses at once. */
export const patience = [
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
  '--fetch-timeout=60000',
];

export { digest, once, root, tools, venv };

/** npm as a command and its first arguments: the one that runs this script, if one does. */
export function npm() {
  const path = process.env.npm_execpath;
  return path && /npm-cli\.[cm]?js$/.test(path)
    ? { command: process.execPath, first: [path] }
    : { command: 'npm', first: [] };
}

/**
 * Environment for the tools: pnpm and the workspace's commands first on PATH; left out what npm hands to scripts (it
 * would steer pnpm) and what leaves out development dependencies, which are what builds and tests here.
 *
 * @param {NodeJS.ProcessEnv} [from]
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnv(from = process.env) {
  const env = Object.fromEntries(
    Object.entries(from).filter(
      ([name]) =>
        !/^(npm_(config_(local_prefix|prefix|global_prefix|node_gyp|omit|include|production|dev|optional|only)|lifecycle|package|command)|NODE_ENV$)/i.test(
          name,
        ),
    ),
  );
  return {
    ...env,
    PATH: [
      join(tools, 'pnpm', 'node_modules', '.bin'),
      join(root, 'node_modules', '.bin'),
      dirname(process.execPath),
      env.PATH,
    ].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    COREPACK_ENABLE_STRICT: '0',
  };
}

/**
 * Installs packages from the npm registry into a folder under `.tools/`.
 *
 * @param {string} folder
 * @param {string} spec
 * @param {string} what for the message when it fails
 * @param {string[]} [options] of npm install
 */
export async function installTool(folder, spec, what, options = []) {
  const prefix = join(tools, folder);
  await once(join(tools, `${folder}.done`), spec, async () => {
    rmSync(prefix, { recursive: true, force: true });
    mkdirSync(prefix, { recursive: true });
    writeFileSync(join(prefix, 'package.json'), '{"private":true}\n');
    const { command, first } = npm();
    const { code, output } = await run(
      command,
      [
        ...first,
        'install',
        '--prefix',
        prefix,
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        ...patience,
        ...options,
        spec,
      ],
      { cwd: prefix, env: toolEnv() },
    );
    if (code !== 0) throw installFailure(what, 'npm', output);
  });
  return prefix;
}

async function installPnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await installTool('pnpm', packageManager, 'pnpm');
}

async function installDependencies() {
  const manifests = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...workspaceFiles('package.json'),
  ];
  const stamp = join(root, 'node_modules', '.installed');
  await once(stamp, digest(manifests, [process.version]), async () => {
    const { code, output } = await run('pnpm', ['install', '--frozen-lockfile', ...patience], {
      cwd: root,
      env: { ...toolEnv(), CI: 'true' },
    });
    if (code !== 0) throw installFailure('The dependencies', 'npm', output);
  });
}

/** Paths of a file in every folder of the workspace that has it. */
function workspaceFiles(/** @type {string} */ name) {
  return ['packages', 'apps', 'tooling']
    .flatMap((kind) =>
      existsSync(join(root, kind))
        ? readdirSync(join(root, kind)).map((member) => `${kind}/${member}/${name}`)
        : [],
    )
    .concat(`test-e2e/${name}`)
    .filter((path) => existsSync(join(root, path)))
    .sort();
}

/**
 * @param {{ command: string, version: string }} python
 * @param {string[]} requirements files of this folder
 */
async function installVenv(python, requirements) {
  const files = requirements.map((name) => `tooling/bootstrap/${name}`);
  const stamp = join(venv, `.installed-${requirements.length}`);
  const inputs = digest(files, [python.version, venv]);
  const unfinished = join(venv, '.installing');
  if (existsSync(unfinished)) rmSync(venv, { recursive: true, force: true });
  await once(stamp, inputs, async () => {
    const ready =
      existsSync(join(venv, 'bin', 'python')) &&
      (await run(join(venv, 'bin', 'python'), ['-m', 'pip', '--version'])).code === 0;
    if (!ready) {
      rmSync(venv, { recursive: true, force: true });
      const made = await run(python.command, ['-m', 'venv', venv]);
      if (made.code !== 0) {
        throw new SetupError(
          `Python ${python.version} could not make a virtual environment: install its venv module (on Debian and Ubuntu: apt-get install python3-venv) and run the command again.`,
        );
      }
    }
    // pip takes what it was killed in the middle of for installed
    writeFileSync(unfinished, '');
    const { code, output } = await run(
      join(venv, 'bin', 'python'),
      [
        '-m',
        'pip',
        'install',
        '--disable-pip-version-check',
        '--retries',
        '2',
        '--quiet',
        ...files.flatMap((file) => ['-r', join(root, file)]),
      ],
      { cwd: root },
    );
    if (code !== 0) throw installFailure('Ansible', 'Python', output);
    rmSync(unfinished);
  });
}

/**
 * Builds everything, or some apps alone: they are bundled of the sources of their packages, which nobody has to build for that.
 *
 * @param {readonly string[]} apps none for everything
 */
async function build(apps) {
  const some = apps.map((name) => `--filter=./apps/${name}`);
  // its pages are no source that is bundled with it, but files that are built before
  if (apps.includes('controller')) some.push('--filter=./packages/controller-web');
  const { code, output } = await run(
    'turbo',
    [
      ...['run', 'build', '--output-logs=errors-only', '--log-order=grouped'],
      ...(apps.length === 0 ? [] : ['--only', ...some]),
    ],
    {
      cwd: root,
      env: toolEnv(),
    },
  );
  if (code !== 0) throw new SetupError(`The build failed:\n\n${output.trim()}`);
}

/** What can't be had is said by it: the tests that need it are skipped then. */
async function prepareBrowser() {
  await run(process.execPath, ['tooling/test-peers/src/prepare-chromium.mjs'], {
    cwd: root,
    env: toolEnv(),
    show: true,
  });
}

/** Says itself what it does, and what can't be had: the tests that need it are skipped then. */
async function prepareKubernetes() {
  await run(process.execPath, ['tooling/kubernetes-cluster/src/main.mjs', '--prepare'], {
    cwd: root,
    env: toolEnv(),
    show: true,
  });
}

/**
 * Everything from a bare clone to built apps. What has been done before is not done again.
 *
 * @param {{ tests?: boolean, apps?: readonly string[] }} [options] `tests`: also what the tests need from the Python registry; `apps`: those that are
 *   built, default: all, with all packages
 */
export async function setUp({ tests = false, apps = [] } = {}) {
  checkNode();
  const python = await findPython();
  mkdirSync(tools, { recursive: true });
  await exclusively(join(tools, 'set-up.lock'), () => install(python, tests, apps));
}

async function install(
  /** @type {{ command: string, version: string }} */ python,
  /** @type {boolean} */ tests,
  /** @type {readonly string[]} */ apps,
) {
  console.log('Setting up');
  const ansible = (async () => {
    await step('Ansible in .venv', () =>
      installVenv(
        python,
        tests ? ['requirements.txt', 'requirements-test.txt'] : ['requirements.txt'],
      ),
    );
    if (tests) await step('tools for the API', () => installApiTools(python.command));
  })();
  // one after the other: both take packages of Debian
  const prepare = async () => {
    await step('Kubernetes for tests', prepareKubernetes);
    await step('Chromium for tests', prepareBrowser);
  };
  const built = (async () => {
    await step('pnpm', installPnpm);
    await step('dependencies', installDependencies);
    await Promise.all([step('build', () => build(apps)), ...(tests ? [prepare()] : [])]);
  })();
  const failed = (await Promise.allSettled([ansible, built])).find(
    (result) => result.status === 'rejected',
  );
  if (failed) throw failed.reason;
}
