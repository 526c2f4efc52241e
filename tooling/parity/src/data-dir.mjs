import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const project = join(import.meta.dirname, '..', 'project');

const inventory = `[pair]
h1
h2
[away]
lost ansible_pipelining=false ansible_remote_tmp=/proc/no/folder/can/be/made/here
[all:vars]
ansible_connection=local
ansible_python_interpreter="{{ ansible_playbook_python }}"
`;

/**
 * Makes the private data dir of a case.
 *
 * @param {string} folder does not exist yet
 * @param {import('./cases.mjs').Case} test
 * @param {string} venv virtual environment with Ansible
 */
export function makeDataDir(folder, test, venv) {
  cpSync(project, join(folder, 'project'), { recursive: true });
  for (const name of ['inventory', 'env', 'home']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'inventory', 'hosts'), inventory);
  const env = {
    PATH: [join(venv, 'bin'), process.env.PATH].join(delimiter),
    ANSIBLE_ASYNC_DIR: join(folder, 'home', 'async'),
    ANSIBLE_PIPELINING: '1',
    ANSIBLE_REMOTE_TEMP: join(folder, 'home', 'tmp'),
    ANSIBLE_HOME: join(folder, 'home', '.ansible'),
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TERM: 'xterm',
    // Without it, what the original shows on standard error overtakes its own marks, and belongs to no event.
    PYTHONUNBUFFERED: '1',
    ...test.env,
  };
  writeFileSync(join(folder, 'env', 'envvars'), JSON.stringify(env));
  if (test.passwords)
    writeFileSync(join(folder, 'env', 'passwords'), JSON.stringify(test.passwords));
  if (test.cmdline) writeFileSync(join(folder, 'env', 'cmdline'), test.cmdline);
}
