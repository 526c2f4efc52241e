import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Engine } from './isolation-settings.js';
import { checkMountable, folderMount, mountArguments, type MountList } from './mount-list.js';

const INVENTORY_OPTIONS = ['-i', '--inventory', '--inventory-file'];
const FILE_OPTIONS = [
  ...INVENTORY_OPTIONS,
  ...['--vault-password-file', '--vault-pass-file', '--private-key', '--key-file'],
];

/**
 * Mounts that let a command in a container see what its words name, at the same paths as here: the folders of a
 * playbook, of inventories, of vault passwords and of keys; and the user's ssh-agent and ssh files.
 *
 * @param inherited environment of this process
 * @param mounts where the places are claimed
 * @throws {ConfigurationError} when something must not be mounted.
 */
export function commandMounts(
  command: readonly string[],
  inherited: Readonly<Record<string, string>>,
  mounts: MountList,
): readonly string[] {
  const result = new ArgumentList(mounts);
  const [executable = '', ...words] = command;
  const name = basename(executable);
  if (name.startsWith('ansible') && !words.includes('-h') && !words.includes('--help')) {
    if (name === 'ansible-playbook') for (const path of filesAmong(words)) result.mount(path);
    for (const path of namedFiles(words)) result.mount(path);
  }
  const { SSH_AUTH_SOCK: socket, HOME: home = '/root' } = inherited;
  if (socket !== undefined) {
    result.mount(socket);
    result.add('-e', `SSH_AUTH_SOCK=${socket}`);
  }
  result.mount(join(home, '.ssh'), '/home/runner/.ssh');
  result.mount(join(home, '.ssh'), '/root/.ssh');
  result.mount('/etc/ssh/ssh_known_hosts');
  return result.words;
}

/** What podman needs so that a command may use the user's files and semaphores. */
export function engineExtras(engine: Engine): readonly string[] {
  return engine === 'podman' ? ['--group-add=root', '--ipc=host'] : [];
}

/** Files that stand alone. Which options take a value can't be known, so the files of others are among them. */
function filesAmong(words: readonly string[]): readonly string[] {
  return words.filter(
    (word, index) =>
      !word.startsWith('-') && !FILE_OPTIONS.includes(words[index - 1] ?? '') && isFile(word),
  );
}

/** Values of the options that name files; a list of hosts is none. */
function namedFiles(words: readonly string[]): readonly string[] {
  const values: string[] = [];
  for (const [index, word] of words.entries()) {
    const [name = '', joined] = word.startsWith('--') ? word.split(/=(.*)/s) : [word];
    if (!FILE_OPTIONS.includes(name)) continue;
    const value = joined ?? words[index + 1];
    if (value === undefined || (INVENTORY_OPTIONS.includes(name) && value.endsWith(','))) continue;
    values.push(value);
  }
  return values;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Arguments of the engine. */
class ArgumentList {
  readonly words: string[] = [];
  readonly #mounts: MountList;

  constructor(mounts: MountList) {
    this.#mounts = mounts;
  }

  add(...words: readonly string[]): void {
    for (const word of words) this.words.push(word);
  }

  /** Mounts the folder of `path`, which may be a folder itself; nothing if there is none, or something is mounted there. */
  mount(path: string, inside?: string): void {
    const from = resolve(path);
    const found = statSync(from, { throwIfNoEntry: false });
    if (found === undefined) return;
    const to = inside ?? from;
    const ofFolder = (one: string) => (found.isDirectory() ? one : dirname(one));
    checkMountable(ofFolder(from));
    const mount = folderMount(ofFolder(from), ofFolder(to));
    if (this.#mounts.claim(mount.destination)) this.add(...mountArguments(mount));
  }
}
