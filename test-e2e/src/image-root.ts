import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { debianPrograms, onPath } from '@receptorjs/tooling-test-peers';
import { root, venv } from './mesh.js';

/** What the images, their jobs and Ansible run of a system. */
const PROGRAMS =
  'cat chmod cp cut dd env id ln ls mkdir mkfifo mktemp mv rm sh sha256sum sleep tee uname wc'.split(
    ' ',
  );

/** Of Python's own modules, those that no playbook wants. */
const OMITTED = /^(?:config-.*|ensurepip|idlelib|lib2to3|site-packages|test|tkinter|_tkinter.*)$/;

/** Packages of the virtual environment that ansible-core doesn't need. */
const OTHER_PACKAGES =
  /^(?:ansible_(?:runner|test)|cffi|cryptography|pip|pkg_resources|receptorctl|setuptools|tzdata)(?:-.*)?$/;

/** The locale that Ansible wants, where the C library hasn't it built in. */
const UTF8 = '/usr/lib/locale/C.utf8';

/** What Python says of itself, a line each. */
const FACTS = `import sys, sysconfig
print(sys._base_executable, sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sep="\\n")`;

/** Where the original's ansible-runner is in a root that has it. */
export const pythonRunner = '/opt/python/ansible-runner';

/** A root file system of what this machine has: Node, an init, a shell and its commands. */
export class ImageRoot {
  constructor(readonly folder: string) {
    for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
      mkdirSync(join(folder, 'usr', name), { recursive: true });
      symlinkSync(join('usr', name), join(folder, name));
    }
    for (const name of ['dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp'])
      mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    writeFileSync(join(folder, 'etc', 'group'), 'root:x:0:\n');
    const tini = onPath('tini') ?? join(debianPrograms('tini', ['tini']), 'usr', 'bin', 'tini');
    const found = PROGRAMS.map((name) => onPath(name) ?? `/bin/${name}`);
    for (const path of [process.execPath, tini, ...found])
      this.#copy(path, join('usr', 'bin', basename(path)));
    this.#copyLibraries(readdirSync(join(folder, 'bin')).map((name) => join(folder, 'bin', name)));
    chmodSync(join(folder, 'tmp'), 0o1777);
  }

  /** Adds the ansible-core of the tests, with its Python, where they are on this machine: each names the place of the next. */
  addAnsible(): void {
    const answer = execFileSync(join(venv, 'bin', 'python3'), ['-c', FACTS], { encoding: 'utf8' });
    const [python = '', modules = '', packages = ''] = answer.split('\n');
    if (existsSync(UTF8)) this.#copy(UTF8);
    this.#copy(python);
    this.#copy(modules, modules, OMITTED);
    this.#copy(packages, packages, OTHER_PACKAGES);
    this.#copy(join(venv, 'pyvenv.cfg'));
    const playbook = join(venv, 'bin', 'ansible-playbook');
    this.#copy(playbook);
    for (const name of ['python', 'python3'])
      symlinkSync(python, join(this.folder, venv, 'bin', name));
    const commands = { 'ansible-playbook': playbook, python3: python };
    for (const [name, path] of Object.entries(commands))
      symlinkSync(path, join(this.folder, 'usr', 'bin', name));
    const dynamic = join(modules, 'lib-dynload');
    const loaded = readdirSync(dynamic).filter((name) => !OMITTED.test(name));
    this.#copyLibraries([python, ...loaded.map((name) => join(dynamic, name))]);
  }

  /** Adds our `ansible-runner`, on the path, and the original's at {@link pythonRunner}; the latter needs what {@link ImageRoot.addAnsible} adds. */
  addRunners(): void {
    for (const name of ['package.json', 'dist', 'wasm'])
      this.#copy(join(root, 'apps/ansible-runner', name), join('usr/lib/ansible-runner', name));
    symlinkSync(
      '../lib/ansible-runner/dist/cli.js',
      join(this.folder, 'usr', 'bin', 'ansible-runner'),
    );
    const answer = execFileSync(join(venv, 'bin', 'python3'), ['-c', FACTS], { encoding: 'utf8' });
    const [, , packages = ''] = answer.split('\n');
    // with what says its version
    for (const name of readdirSync(packages).filter((each) => each.startsWith('ansible_runner')))
      this.#copy(join(packages, name));
    this.#copy(join(venv, 'bin', 'ansible-runner'), pythonRunner);
  }

  #copy(source: string, target = source, without?: RegExp): void {
    const to = join(this.folder, target);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(realpathSync(source), to, {
      recursive: true,
      // compiled modules are taken while they are as old as they say
      preserveTimestamps: true,
      filter: (path) => without?.test(basename(path)) !== true,
    });
  }

  /** The shared libraries of these files, to where the loader looks for them. */
  #copyLibraries(files: readonly string[]): void {
    const { stdout } = spawnSync('ldd', files, { encoding: 'utf8' });
    for (const [, path = ''] of stdout.matchAll(/(\/\S+) \(0x/g))
      if (!existsSync(join(this.folder, path))) this.#copy(path);
  }
}
