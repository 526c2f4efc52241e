import { readdir, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ansibleMissing, ansiblePath, Fixture } from './ansible-fixture.js';
import type { RunEvent } from './events/events.js';
import { encodeMark } from './process/output/marks.js';
import type { RunOptions } from './inputs/run-options.js';
import { run } from './run.js';

let fixture: Fixture;
afterEach(() => fixture.remove());

const start = (options: Partial<RunOptions> = {}) =>
  run({ privateDataDir: fixture.path, playbook: 'site.yml', ident: 'r', ...options });
const names = (events: readonly RunEvent[]) => events.map(({ event }) => event);
const only = (events: readonly RunEvent[], name: string) =>
  events.filter(({ event }) => event === name);
const data = (event: RunEvent | undefined) =>
  event?.event_data as Record<string, unknown> | undefined;

describe.skipIf(ansibleMissing !== undefined)(
  'with real Ansible (skipped without a virtual environment)',
  () => {
    it('a playbook in the root of the private data dir leaves behind what the original does', async () => {
      fixture = await Fixture.make({
        'one.yml':
          '- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n  - name: Je danse le ping\n    ping:\n',
        'env/envvars': JSON.stringify({
          PATH: ansiblePath,
          ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
          ANSIBLE_LOCALHOST_WARNING: 'false',
          ANSIBLE_INVENTORY_UNPARSED_WARNING: 'false',
        }),
      });
      const result = await start({ playbook: 'one.yml' });
      expect(result).toMatchObject({
        status: 'successful',
        rc: 0,
        stats: { ok: { localhost: 1 } },
      });
      expect((await readdir(fixture.at('artifacts', 'r'))).sort()).toEqual([
        'command',
        'fact_cache',
        'job_events',
        'rc',
        'status',
        'stderr',
        'stdout',
      ]);
      expect(names(await fixture.events('r'))).toEqual([
        'playbook_on_start',
        'playbook_on_play_start',
        'playbook_on_task_start',
        'runner_on_start',
        'runner_on_ok',
        'playbook_on_stats',
      ]);
      expect(await fixture.read('artifacts', 'r', 'stdout')).toMatch(
        /^\r\nPLAY \[localhost\] \*+\n\r\nTASK \[Je danse le ping\] \*+\n.*ok: \[localhost\].*\n\r\nPLAY RECAP \*+\r\n.*\n$/,
      );
    });

    it('events carry what the reference names, in its order of keys', async () => {
      fixture = await Fixture.ofTasks('- name: greet\n  debug: msg=hi');
      await start();
      const [, , , , ok] = await fixture.events('r');
      expect(Object.keys(ok!)).toEqual([
        'uuid',
        'counter',
        'stdout',
        'start_line',
        'end_line',
        'runner_ident',
        'event',
        'pid',
        'created',
        'parent_uuid',
        'event_data',
      ]);
      expect(ok).toMatchObject({
        counter: 5,
        event: 'runner_on_ok',
        runner_ident: 'r',
        event_data: {
          playbook: 'site.yml',
          play: 'all',
          play_pattern: 'all',
          task: 'greet',
          task_action: 'debug',
          resolved_action: 'ansible.builtin.debug',
          task_args: '',
          task_path: `${fixture.at('project', 'site.yml')}:4`,
          host: 'h1',
          remote_addr: 'h1',
          event_loop: null,
          res: { msg: 'hi' },
        },
      });
      expect(data(ok)).toMatchObject({ uuid: ok!.uuid, duration: expect.any(Number) as number });
      expect(ok).toMatchObject({ parent_uuid: data(ok)!.task_uuid });
    });

    it('loops, failures, skips, retries, handlers, diffs and includes are events of their own', async () => {
      fixture = await Fixture.ofTasks(
        [
          '- debug: msg={{ item }}\n  loop: [1, 2]',
          '- fail: msg=no\n  ignore_errors: true',
          '- fail: msg={{ item }}\n  loop: [a]\n  ignore_errors: true',
          '- debug: msg=never\n  when: false',
          '- debug: msg=never\n  when: false\n  loop: [x]',
          '- command: "true"\n  register: out\n  until: out.attempts == 2\n  retries: 2\n  delay: 0\n  notify: told',
          '- copy: content=x dest={{ playbook_dir }}/copied\n  diff: true',
          '- include_tasks: more.yml',
        ].join('\n') + '\n',
        { 'project/more.yml': '- meta: noop\n- debug: msg=more\n' },
      );
      const site = await fixture.read('project', 'site.yml');
      await writeFile(
        fixture.at('project', 'site.yml'),
        `${site}  handlers:\n  - name: told\n    debug: msg=handled\n`,
      );
      expect(await start()).toMatchObject({ status: 'successful' });
      const events = await fixture.events('r');
      const seen = new Set(names(events));
      for (const name of [
        'runner_item_on_ok',
        'runner_on_failed',
        'runner_item_on_failed',
        'runner_on_skipped',
        'runner_item_on_skipped',
        'runner_retry',
        'runner_on_file_diff',
        'playbook_on_include',
        'playbook_on_notify',
      ])
        expect(seen).toContain(name);
      expect(events.map(({ counter }) => counter)).toEqual(events.map((_, index) => index + 1));
      events.reduce((line, event) => {
        expect(event.start_line).toBe(line);
        return event.end_line;
      }, 0);
      expect(data(only(events, 'playbook_on_task_start').at(-1))).toMatchObject({
        name: 'told',
        is_conditional: true,
      });
    });

    it('runner 13: prompts after the first event are answered, with anchored patterns too', async () => {
      fixture = await Fixture.ofTasks('- debug: msg={{ fruit }}');
      const site = await fixture.read('project', 'site.yml');
      await writeFile(
        fixture.at('project', 'site.yml'),
        site.replace(
          '  tasks:',
          '  vars_prompt:\n  - name: fruit\n    prompt: Which fruit\n    private: false\n  tasks:',
        ),
      );
      await start({ passwords: { '^Which fruit: $': 'fig' }, timeout: 30 });
      const events = await fixture.events('r');
      expect(names(events)).toContain('playbook_on_vars_prompt');
      expect(data(only(events, 'runner_on_ok')[0])).toMatchObject({ res: { msg: 'fig' } });
    });

    it('runner 14: raw output of a managed host forges no event, with the minimal callback too', async () => {
      const token = (text: string) =>
        `\\033[K${Buffer.from(text).toString('base64')}\\033[${Buffer.from(text).toString('base64').length}D\\033[K`;
      const forged = `${token('{"uuid":"evil","event":"runner_on_ok"}')}FAKE${token('{}')}`;
      const stolen = encodeMark('0'.repeat(32), 'evil2')
        .toString('latin1')
        .replaceAll('\u001b', '\\033');
      fixture = await Fixture.make({
        inventory: 'h1 ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n',
        'project/say.sh': `printf '${forged}${stolen}'\n`,
      });
      const result = await start({
        playbook: '',
        module: 'raw',
        moduleArgs: `sh ${fixture.at('project', 'say.sh')}`,
        hostPattern: 'all',
        envvars: { PATH: ansiblePath },
      });
      expect(result.status).toBe('successful');
      const events = await fixture.events('r');
      expect(events.map(({ uuid }) => uuid)).not.toContain('evil');
      const [ok] = only(events, 'runner_on_ok');
      expect(ok!.stdout).toContain('FAKE');
      expect(names(events)).toEqual([
        'playbook_on_start',
        'runner_on_start',
        'runner_on_ok',
        'playbook_on_stats',
      ]);
    });

    it('runner 14: tasks see neither the way of the events nor the secret', async () => {
      fixture = await Fixture.ofTasks(
        '- shell: env; ls -la /proc/self/fd\n  register: seen\n- debug: var=seen.stdout\n- debug: msg={{ lookup("env", "RUNNER_EVENT_SOCKET") }}x\n',
      );
      await start();
      const events = await fixture.events('r');
      expect(JSON.stringify(events)).not.toContain('RUNNER_EVENT_SOCKET=');
      expect(data(only(events, 'runner_on_ok').at(-1))).toMatchObject({ res: { msg: 'x' } });
      expect(await fixture.read('artifacts', 'r', 'command')).not.toContain('RUNNER_EVENT_SOCKET');
    });

    it.each(['setup', 'ansible.builtin.setup', 'ansible.builtin.gather_facts'])(
      'runner 18: %s leaves no environment of the host in events',
      async (action) => {
        fixture = await Fixture.ofTasks(`- ${action}:\n`);
        await start({ envvars: { MARKER: 'in-the-environment' }, verbosity: 1 });
        const events = await fixture.events('r');
        const res = data(only(events, 'runner_on_ok')[0])!.res as { ansible_facts: object };
        expect(Object.keys(res.ansible_facts)).toContain('ansible_python_version');
        expect(JSON.stringify(events)).not.toMatch(/ansible_env|in-the-environment/);
      },
    );

    it('runner 19: only_failed_event_data keeps failed items and the recap', async () => {
      fixture = await Fixture.ofTasks(
        '- fail: msg={{ item }}\n  loop: [a]\n  ignore_errors: true\n- debug:\n',
      );
      await start({ onlyFailedEventData: true });
      const kept = (await fixture.events('r')).filter(
        (event) => Object.keys(event.event_data ?? {}).length > 0,
      );
      expect(names(kept)).toEqual([
        'runner_item_on_failed',
        'runner_on_failed',
        'playbook_on_stats',
      ]);
    });

    it('runner 19: omit_event_data leaves the data out, and the result still has the recap', async () => {
      fixture = await Fixture.ofTasks('- debug:\n');
      const result = await start({ omitEventData: true });
      expect(result.stats).toMatchObject({ ok: { h1: 1 }, failures: {} });
      for (const event of await fixture.events('r')) expect(event.event_data).toEqual({});
    });

    it('runner 31: a callback of ansible.cfg stays the base, and one of the environment wins over it', async () => {
      fixture = await Fixture.ofTasks('- debug: msg=hi\n', {
        'project/ansible.cfg': '[defaults]\nstdout_callback = oneline\n',
      });
      await start();
      expect(await fixture.read('artifacts', 'r', 'stdout')).toContain('h1 | SUCCESS =>');
      await start({ ident: 'q', envvars: { ANSIBLE_STDOUT_CALLBACK: 'minimal' } });
      expect(await fixture.read('artifacts', 'q', 'stdout')).toContain('h1 | SUCCESS => {');
    });

    it('runner 32: no partial file is ever made', async () => {
      fixture = await Fixture.ofTasks(
        '- debug: msg={{ item }}\n  loop: "{{ range(20) | list }}"\n',
      );
      await start({
        onEvent: async () => {
          for (const name of await readdir(fixture.at('artifacts', 'r', 'job_events')))
            expect(name).toMatch(/^\d+-[\w-]+\.json$/);
        },
      });
      expect((await fixture.events('r')).length).toBe(26);
    });

    it('hides what no_log hides, and trims results that are too large but not their text', async () => {
      fixture = await Fixture.ofTasks(
        '- debug: msg=hidden-thing\n  no_log: true\n- debug: msg={{ "y" * 3000 }}\n',
      );
      await start({ envvars: { MAX_EVENT_RES: '2000' } });
      const events = await fixture.events('r');
      expect(JSON.stringify(events)).not.toContain('hidden-thing');
      const [, large] = only(events, 'runner_on_ok');
      expect(data(large)!.res).toEqual({});
      expect(large!.stdout).toContain('y'.repeat(3000));
    });

    it('numbers that JSON does not know become texts, so that every event is JSON', async () => {
      fixture = await Fixture.ofTasks(
        '- set_fact: {a: "{{ \'nan\' | float }}", b: 12345678901234567890}\n',
      );
      const texts: string[] = [];
      await start({ onEvent: (_event, json) => texts.push(json) });
      expect(texts.some((text) => text.includes('12345678901234567890'))).toBe(true);
      expect(texts.join('')).not.toMatch(/: NaN/);
    });

    it('repeated plays and tasks have uuids of their own', async () => {
      fixture = await Fixture.ofTasks('- debug:\n', {
        'inventory/hosts':
          'h1 ansible_connection=local\nh2 ansible_connection=local\n[all:vars]\nansible_python_interpreter=/usr/bin/python3\n',
      });
      await writeFile(
        fixture.at('project', 'site.yml'),
        (await fixture.read('project', 'site.yml')).replace('  tasks:', '  serial: 1\n  tasks:'),
      );
      await start();
      const events = await fixture.events('r');
      expect(only(events, 'playbook_on_play_start')[1]!.uuid).toMatch(/_2$/);
      expect(only(events, 'playbook_on_task_start')[1]!.uuid).toMatch(/_2$/);
      expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(events.length);
    });

    it('messages outside of callbacks are events with their kind and level', async () => {
      fixture = await Fixture.ofTasks('- command: echo hi\n');
      await start({ verbosity: 3, envvars: { ANSIBLE_NOCOLOR: '1' } });
      const events = await fixture.events('r');
      const levels = only(events, 'verbose').map((event) =>
        'verbosity' in event ? event.verbosity : undefined,
      );
      expect(levels).toEqual(expect.arrayContaining([2]));
      expect(
        only(events, 'verbose').some(({ stdout }) => stdout.includes('ESTABLISH LOCAL CONNECTION')),
      ).toBe(true);
    });

    it('a failure shown on the error stream stays inside of its event', async () => {
      fixture = await Fixture.ofTasks('- fail: msg=loud\n');
      const result = await start({ envvars: { ANSIBLE_DISPLAY_FAILED_STDERR: '1' } });
      expect(result).toMatchObject({ status: 'failed', rc: 2, stats: { failures: { h1: 1 } } });
      expect(only(await fixture.events('r'), 'runner_on_failed')[0]!.stdout).toContain('loud');
    });

    it('extra variables, limit, tags and an inventory text reach Ansible', async () => {
      fixture = await Fixture.ofTasks(
        '- debug: msg={{ a }}{{ b }}\n  tags: [chosen]\n- debug: msg=untagged\n',
        {
          'env/extravars': 'a: 1\nb: 1\n',
        },
      );
      await start({
        extravars: { b: 'two' },
        tags: 'chosen',
        inventory: 'h5 ansible_connection=local\nh6 ansible_connection=local\n',
        limit: 'h6',
      });
      const results = only(await fixture.events('r'), 'runner_on_ok');
      expect(results.map(data)).toMatchObject([{ host: 'h6', res: { msg: '1two' } }]);
    });

    it('a missing playbook and unknown words are why the run failed; a failed task is not', async () => {
      fixture = await Fixture.ofTasks('- fail:');
      expect(await start({ playbook: 'nope.yml' })).toMatchObject({
        status: 'failed',
        explanation: expect.stringMatching(/^the playbook: nope\.yml could not be found/) as string,
      });
      expect(await start({ playbook: 'site.yml', cmdline: '--bogus' })).toMatchObject({
        status: 'failed',
        explanation: 'unrecognized arguments: --bogus',
      });
      const failed = await start({ playbook: 'site.yml' });
      expect([failed.status, failed.explanation]).toEqual(['failed', undefined]);
    });

    it('canceling ends Ansible and what it started, and keeps the events so far', async () => {
      fixture = await Fixture.ofTasks('- debug: msg=before\n- command: sleep 60\n');
      const abort = new AbortController();
      const result = await start({
        signal: abort.signal,
        onEvent: (event) => {
          if (event.event === 'runner_on_start' && event.event_data.task === 'command')
            abort.abort();
        },
      });
      expect(result).toMatchObject({ status: 'canceled', rc: 254 });
      expect(names(await fixture.events('r'))).toContain('runner_on_ok');
      expect(await fixture.read('artifacts', 'r', 'status')).toBe('canceled');
    });
  },
);
