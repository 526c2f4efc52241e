import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectFiles } from './project-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'projects-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), mode);
}

it('finds playbooks by what is in them', async () => {
  write('site.yml', '- hosts: all\n  tasks: []\n');
  write(
    'plays/more.yaml',
    '---\n# more\n- name: x\n  ansible.builtin.import_playbook: ../site.yml\n',
  );
  write('secret.yml', '$ANSIBLE_VAULT;1.1;AES256\n3132\n');
  write('vars.yml', 'hosts: all\n');
  write('roles/a/tasks/main.yml', '- hosts: all\n');
  write('group_vars/all.yml', '- hosts: all\n');
  write('.github/x.yml', '- hosts: all\n');
  write('notes.txt', '- hosts: all\n');
  symlinkSync('/etc/passwd', join(folder, 'outside.yml'));
  symlinkSync('site.yml', join(folder, 'inside.yml'));
  const { playbooks } = await projectFiles(folder);
  expect(playbooks).toEqual(['inside.yml', 'plays/more.yaml', 'secret.yml', 'site.yml']);
});

it('finds inventories, scripts among them', async () => {
  write('hosts', 'web1\n');
  write('inventories/prod.ini', '[web]\nweb1\n');
  write('inventories/prod.yml', 'all:\n  hosts:\n    a:\n');
  write('script.py', '#!/usr/bin/env python3\n', 0o755);
  write('not-executable.py', '#!/usr/bin/env python3\n');
  write('data.json', '{"_meta": {}}');
  write('LICENSE', 'free\n');
  const { inventories } = await projectFiles(folder);
  expect(inventories).toEqual([
    'data.json',
    'hosts',
    'inventories/prod.ini',
    'inventories/prod.yml',
    'script.py',
  ]);
});
