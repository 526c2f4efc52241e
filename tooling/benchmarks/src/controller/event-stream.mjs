import { writeFileSync } from 'node:fs';

const HOSTS = 500;
const playbook = 'site.yml';
const play = 'Everything';
const task = 'Install the packages of the application';
const [playId, taskId] = [
  '0242ac11-0002-5a2b-6c3d-000000000006',
  '0242ac11-0002-5a2b-6c3d-000000000008',
];

/** What Ansible's run of a task on a host gives, of some 1.2 KiB. @param {string} host */
const resultOf = (host) => ({
  host,
  remote_addr: host,
  res: { changed: false, msg: 'x'.repeat(300), invocation: { module_args: { name: 'nginx' } } },
  start: '2026-01-01T00:00:00.000000',
  end: '2026-01-01T00:00:00.100000',
  duration: 0.1,
});

/** An event as the runner writes it. @param {number} counter @param {string} event @param {{ stdout?: string } & Record<string, unknown>} [more] */
function eventOf(counter, event, { stdout = '', ...data } = {}) {
  return {
    uuid: `5f0c2a5e-8d3b-4c1e-9f43-${String(counter).padStart(12, '0')}`,
    counter,
    stdout,
    start_line: counter - 1,
    end_line: counter,
    runner_ident: '1',
    event,
    pid: 4_711,
    created: '2026-01-01T00:00:00.000000+00:00',
    parent_uuid: event.startsWith('runner_') ? taskId : playId,
    event_data: {
      playbook,
      playbook_uuid: '1c2d3e4f-0000-4000-8000-0123456789ab',
      play,
      play_uuid: playId,
      play_pattern: 'all',
      task,
      task_uuid: taskId,
      task_action: 'ansible.builtin.package',
      task_path: '/runner/project/roles/application/tasks/main.yml:14',
      role: 'application',
      ...data,
    },
  };
}

/** The lines of a run with so many events, the last of them its recap. @param {number} count */
export function* runLines(count) {
  yield { status: 'starting', runner_ident: '1', command: ['ansible-playbook'], env: {}, cwd: '/' };
  yield { status: 'running', runner_ident: '1' };
  yield eventOf(1, 'playbook_on_play_start');
  yield eventOf(2, 'playbook_on_task_start');
  for (let counter = 3; counter < count; counter += 1) {
    const host = `web-${counter % HOSTS}.example.com`;
    const stdout = `\u001b[0;32mok: [${host}]\u001b[0m`;
    yield eventOf(counter, 'runner_on_ok', { stdout, ...resultOf(host) });
  }
  yield eventOf(count, 'playbook_on_stats', { ok: { localhost: 1 }, processed: { localhost: 1 } });
  yield* endLines();
}

/** What a worker says at its end. */
export function* endLines() {
  yield { status: 'successful', runner_ident: '1' };
  yield { eof: true };
}

/** Writes lines into a file. @param {string} path @param {Iterable<object>} lines */
export function writeLines(path, lines) {
  writeFileSync(path, [...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
}
