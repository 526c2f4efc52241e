// What tests of the controller's interface need of the Python registry, each in a folder of its own under .tools/. Where it can't be had the tests say so and are skipped.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digest, once, root, tools, venv } from './places.mjs';
import { run } from './steps.mjs';

const file = (/** @type {string} */ name) => `tooling/bootstrap/${name}`;

/** Unpacks what is below a folder of an archive; the collection is a hundred files of forty thousand. */
const unpack = `
import sys, zipfile
archive, target, folder = sys.argv[1:]
with zipfile.ZipFile(archive) as all:
    all.extractall(target, [name for name in all.namelist() if name.startswith(folder)])
`;

/** schemathesis, in an environment of its own. */
async function installSchemathesis(/** @type {string} */ python) {
  const own = join(tools, 'schemathesis');
  const requirements = file('requirements-api-fuzz.txt');
  await once(join(tools, 'schemathesis.done'), digest([requirements], [own]), async () => {
    rmSync(own, { recursive: true, force: true });
    await need(python, ['-m', 'venv', own]);
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--retries', '2'];
    await need(join(own, 'bin', 'python'), [...pip, '--quiet', '-r', join(root, requirements)]);
  });
}

/** The collection awx.awx, out of the package that carries it with a hundred others. */
async function installCollection() {
  const own = join(tools, 'collections');
  const requirements = file('requirements-collection.txt');
  await once(join(tools, 'collections.done'), digest([requirements], [own]), async () => {
    rmSync(own, { recursive: true, force: true });
    mkdirSync(own, { recursive: true });
    const python = join(venv, 'bin', 'python');
    const download = mkdtempSync(join(tools, 'download-'));
    try {
      const pip = ['-m', 'pip', 'download', '--disable-pip-version-check', '--retries', '2'];
      const what = ['--quiet', '--no-deps', '-d', download, '-r', join(root, requirements)];
      await need(python, [...pip, ...what]);
      const [wheel = ''] = readdirSync(download);
      const folder = 'ansible_collections/awx/awx/';
      await need(python, ['-c', unpack, join(download, wheel), own, folder]);
    } finally {
      rmSync(download, { recursive: true, force: true });
    }
  });
}

async function need(/** @type {string} */ command, /** @type {string[]} */ args) {
  const { code, output } = await run(command, args, { cwd: root });
  if (code !== 0) throw new Error(output.trim().split('\n').at(-1) ?? `${command} failed`);
}

/**
 * Installs what can be had. Of what can't one line is printed.
 *
 * @param {string} python the Python of this machine
 */
export async function installApiTools(python) {
  for (const [name, install] of /** @type {const} */ ([
    ['schemathesis', () => installSchemathesis(python)],
    ['the collection awx.awx', installCollection],
  ])) {
    try {
      await install();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      console.log(`${name} is not there, tests that need it are skipped: ${why}`);
    }
  }
}
