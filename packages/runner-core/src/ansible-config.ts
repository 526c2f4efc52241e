import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Whether the `ansible.cfg` that Ansible will read says something about host key checking. Which one that is
 * follows Ansible's own rule: `ANSIBLE_CONFIG`, then the working folder unless everybody may write to it, then
 * `~/.ansible.cfg`, then `/etc/ansible/ansible.cfg`; the first that can be read.
 */
export async function configSetsHostKeyChecking(
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<boolean> {
  for (const path of await candidates(env, cwd)) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return setsHostKeyChecking(text);
  }
  return false;
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
const SECTIONS = new Set(['defaults', 'ssh_connection', 'paramiko_connection']);

function setsHostKeyChecking(text: string): boolean {
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    if (SECTIONS.has(section) && /^host_key_checking\s*[=:]/i.test(line)) return true;
  }
  return false;
}
