import { stat } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { readInputBytes } from './mapping-file.js';

/** What the `ansible.cfg` that Ansible will read says, as far as the runner has to know. */
export interface AnsibleConfig {
  readonly setsHostKeyChecking: boolean;
  /** Folders of `roles_path`, relative ones joined to the folder of the file. */
  readonly rolesPath?: string;
}

/**
 * Reads the `ansible.cfg` that Ansible will read, by its own rule: `ANSIBLE_CONFIG`, then the working folder unless
 * everybody may write to it, then `~/.ansible.cfg`, then `/etc/ansible/ansible.cfg`; the first that can be read.
 */
export async function readAnsibleConfig(
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<AnsibleConfig> {
  for (const path of await candidates(env, cwd)) {
    const bytes = await readInputBytes(path).catch(() => undefined);
    if (bytes !== undefined) return parse(bytes.toString('utf8'), dirname(path), env.HOME);
  }
  return { setsHostKeyChecking: false };
}

async function candidates(
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<readonly string[]> {
  const paths: string[] = [];
  const { ANSIBLE_CONFIG: named, HOME: home } = env;
  if (named) {
    const path = resolve(cwd, home && named.startsWith('~/') ? join(home, named.slice(2)) : named);
    paths.push(path, join(path, 'ansible.cfg'));
  }
  const everybodyMayWrite = ((await stat(cwd).catch(() => undefined))?.mode ?? 0) & 0o002;
  if (!everybodyMayWrite) paths.push(join(cwd, 'ansible.cfg'));
  if (home) paths.push(join(home, '.ansible.cfg'));
  return [...paths, '/etc/ansible/ansible.cfg'];
}

/** Sections from which Ansible's connections take it. */
const CONNECTION_SECTIONS = new Set(['defaults', 'ssh_connection', 'paramiko_connection']);

function parse(text: string, folder: string, home: string | undefined): AnsibleConfig {
  let section = '';
  let setsHostKeyChecking = false;
  let rolesPath: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    const [, key = '', value = ''] = /^(\w+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (/^host_key_checking$/i.test(key) && CONNECTION_SECTIONS.has(section))
      setsHostKeyChecking = true;
    if (/^roles_path$/i.test(key) && section === 'defaults' && value !== '')
      rolesPath = value
        .split(delimiter)
        .map((one) => (home && one.startsWith('~/') ? join(home, one.slice(2)) : one))
        .map((one) => (/^[~$]/.test(one) ? one : resolve(folder, one)))
        .join(delimiter);
  }
  return { setsHostKeyChecking, rolesPath };
}
