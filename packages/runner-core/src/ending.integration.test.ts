import { hasProc } from '@receptorjs/process-table';
import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ansibleMissing, Fixture } from './ansible-fixture.js';
import { NoIsolation, type IsolatedJob, type OpenJob } from './isolation/isolation.js';
import { planJob } from './plan/job-plan.js';
import { Job } from './job.js';
import { PluginSinks } from './events/plugin-sinks.js';
import { readPrivateDataDir } from './inputs/private-data-dir.js';
import type { RunOptions } from './inputs/run-options.js';
import { run } from './run.js';
import type { StatusMessage } from './statuses.js';

const root = process.getuid?.() === 0;
if (root)
  console.warn('skipped for root, who may write anywhere: removing a copy nobody may write to');

const byText = !hasProc();
if (byText)
  console.warn(
    'skipped: that silence in the middle of a line is no prompt, because without /proc the text decides',
  );

let fixture: Fixture;
afterEach(() => fixture.remove());

const start = (options: Partial<RunOptions> = {}) =>
  run({ privateDataDir: fixture.path, binary: fixture.at('job'), ident: 'r', ...options });

async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !text.includes(') Z');
}

describe('why a run did not come to its recap', () => {
  it.each([
    ['echo ready; exec sleep 60', 'canceled', 254, 'The run was canceled.'],
    ['kill -KILL $$', 'failed', 137, 'The job was ended by SIGKILL, from outside of the runner.'],
    [
      'printf "\\033[31mERROR! no such playbook: hunter22\\033[0m\\n"; exit 1',
      'failed',
      1,
      'no such playbook: **********',
    ],
  ])(
    '%j: is said in the result and in the last status',
    async (script, status, rc, explanation) => {
      fixture = await Fixture.ofScript(script);
      const abort = new AbortController();
      const messages: StatusMessage[] = [];
      const result = await start({
        extravars: { secret: 'hunter22' },
        secretVars: ['secret'],
        signal: abort.signal,
        onStatus: (message) => messages.push(message),
        onEvent: ({ stdout }) => {
          if (stdout === 'ready') abort.abort();
        },
      });
      expect(result).toMatchObject({ status, rc, explanation });
      expect(messages.at(-1)).toEqual({ status, runner_ident: 'r', job_explanation: explanation });
    },
  );

  it('is said of a command that does not exist', async () => {
    fixture = await Fixture.make({});
    const explanation = `The command was not found or was not executable: ${fixture.at('job')}.`;
    expect(await start()).toMatchObject({ status: 'failed', rc: 127, explanation });
  });
});

describe('a prompt nobody answers', () => {
  const settings = { prompt_timeout: 0.4 };
  const unanswered = (prompt: string) => ({
    status: 'failed',
    rc: 254,
    explanation: expect.stringContaining(
      `Nobody answered the prompt ${JSON.stringify(prompt)} within 0.4 seconds.`,
    ) as string,
  });

  it('runner 13: is a failure that names it, in the result and in the last status', async () => {
    fixture = await Fixture.ofScript(
      'echo begun; printf "\\033[1mVault password (x): \\033[0m"; read a',
    );
    const messages: StatusMessage[] = [];
    const result = await start({ settings, onStatus: (message) => messages.push(message) });
    expect(result).toMatchObject(unanswered('Vault password (x):'));
    expect(messages.at(-1)).toEqual({
      status: 'failed',
      runner_ident: 'r',
      job_explanation: result.explanation,
    });
    expect(await fixture.read('artifacts', 'r', 'status')).toBe('failed');
  });

  it('is seen where it is read from the terminal by its name, in a child, after an answered one', async () => {
    fixture = await Fixture.ofScript(
      'printf "one: "; read a; echo; sh -c "exec 3</dev/tty; printf \\"two: \\"; read b <&3"; echo',
    );
    expect(await start({ settings, passwords: { '^one: $': 'x' } })).toMatchObject(
      unanswered('two:'),
    );
  });

  it.skipIf(byText)(
    'is none where a job is silent in the middle of a line, or waits for time to pass',
    async () => {
      fixture = await Fixture.ofScript('printf "working on it: "; sleep 1.5; echo done');
      expect(await start({ settings })).toMatchObject({ status: 'successful' });
    },
  );

  it('is none where somebody waits for input that is not the terminal', async () => {
    fixture = await Fixture.ofScript('mkfifo p; (sleep 1.5; echo x > p) & read a < p; echo "$a"');
    expect(await start({ settings })).toMatchObject({ status: 'successful' });
  });

  it('may wait for ever when it is told so', async () => {
    fixture = await Fixture.ofScript('printf "name: "; read a');
    expect(await start({ settings: { prompt_timeout: 0 }, timeout: 1 })).toMatchObject({
      status: 'timeout',
    });
  });

  describe.skipIf(ansibleMissing !== undefined)('of Ansible', () => {
    const playbook = (options: Partial<RunOptions>) =>
      run({ privateDataDir: fixture.path, playbook: 'site.yml', ident: 'r', ...options });

    it('is told by its text: vars_prompt', async () => {
      fixture = await Fixture.ofTasks('- debug: msg={{ fruit }}');
      const site = await fixture.read('project', 'site.yml');
      const asking = site.replace(
        '  tasks:',
        '  vars_prompt: [{ name: fruit, prompt: Which fruit }]\n  tasks:',
      );
      await writeFile(fixture.at('project', 'site.yml'), asking);
      expect(await playbook({ settings })).toMatchObject(unanswered('Which fruit:'));
    });

    it('is none where a pause for a time explains itself at length', async () => {
      fixture = await Fixture.ofTasks(
        `- pause: { seconds: 2, prompt: "${'Wait for it. '.repeat(120)}" }`,
      );
      expect(await playbook({ settings })).toMatchObject({ status: 'successful' });
    });

    it('is told by its text: pause, which a time limit makes none, and which can be answered', async () => {
      fixture = await Fixture.ofTasks(
        '- pause: { seconds: 1, prompt: Wait }\n- pause: { prompt: First }\n- pause: { prompt: Go on }',
      );
      const passwords = { 'First:': 'x' };
      const result = await playbook({
        settings: { prompt_timeout: 0.6 },
        timeout: 30,
        passwords,
      });
      expect(result.explanation).toMatch(/^Nobody answered the prompt "Go on:"/);
    });
  });
});

describe('limits', () => {
  it('runner 21: say which of them was reached, and why', async () => {
    fixture = await Fixture.ofScript('echo x; sleep 20');
    const log: string[] = [];
    expect(await start({ timeout: 0.3, onLog: (line) => log.push(line) })).toMatchObject({
      status: 'timeout',
      rc: 254,
      timedOut: 'job',
      explanation: 'The job was ended because it took more than 0.3 seconds.',
    });
    expect(log.at(-1)).toBe(
      'the run has ended: timeout, rc 254: The job was ended because it took more than 0.3 seconds.',
    );
    expect(await start({ settings: { idle_timeout: 0.3 } })).toMatchObject({
      status: 'timeout',
      timedOut: 'idle',
      explanation: 'The job was ended because it printed nothing for 0.3 seconds.',
    });
  });
});

describe('cancel', () => {
  it('runner 1, 21: ends daemons in sessions of their own whose parents are long gone', async () => {
    fixture = await Fixture.ofScript(
      'setsid sh -c \'trap "" TERM HUP; (setsid sh -c "trap \\"\\" TERM; echo \\$\\$ > daemon; while :; do sleep 1; done" &) ; exit 0\'; while [ ! -s daemon ]; do sleep 0.05; done; echo ready; sleep 60',
    );
    const abort = new AbortController();
    const began = Date.now();
    const result = await start({ signal: abort.signal, onEvent: () => abort.abort() });
    expect(result).toMatchObject({ status: 'canceled', rc: 254 });
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(await isAlive(Number(await fixture.read('daemon')))).toBe(false);
  });

  it('leaves the daemons of other runs alone, and a run that ends by itself leaves its own', async () => {
    fixture = await Fixture.ofScript(
      '(setsid sh -c \'echo $$ > "$NAME"; exec sleep 60\' &); while [ ! -s "$NAME" ]; do sleep 0.05; done',
    );
    await start({ ident: 'a', envvars: { NAME: 'a' } });
    const daemon = Number(await fixture.read('a'));
    await writeFile(fixture.at('job'), '#!/bin/sh\necho x; sleep 60\n');
    const abort = new AbortController();
    await start({ ident: 'b', signal: abort.signal, onEvent: () => abort.abort() });
    expect(await isAlive(daemon)).toBe(true);
    process.kill(daemon, 'SIGKILL');
  });
});

describe('runner 5: a copy of the project', () => {
  const files = {
    'project/job': '#!/bin/sh\npwd; cat data/x; readlink link; echo changed > data/x; touch new\n',
    'project/data/x': 'original\n',
  };

  it('is what the job works in, is removed, and the base and the project stay as they were', async () => {
    fixture = await Fixture.make({ ...files, 'base/mine': '' });
    await symlink('data/x', fixture.at('project', 'link'));
    const directoryIsolationBasePath = fixture.at('base');
    const result = await start({ binary: './job', directoryIsolationBasePath });
    const [place, ...rest] = (await result.stdout()).split('\r\n');
    expect(place).toMatch(new RegExp(`^${fixture.at('base')}/runner_di_\\w+$`));
    expect(rest).toEqual(['original', 'data/x', '']);
    expect(existsSync(place ?? '')).toBe(false);
    expect(existsSync(fixture.at('base', 'mine'))).toBe(true);
    expect(await fixture.read('project', 'data', 'x')).toBe('original\n');
    expect(existsSync(fixture.at('project', 'new'))).toBe(false);
  });

  it.skipIf(root)('is removed with folders in it that nobody may write to', async () => {
    fixture = await Fixture.make({ ...files, 'base/mine': '' });
    await chmod(fixture.at('project', 'data'), 0o500);
    const job = fixture.at('project', 'job');
    await writeFile(job, '#!/bin/sh\necho x\n');
    await start({ binary: './job', directoryIsolationBasePath: fixture.at('base') });
    await chmod(fixture.at('project', 'data'), 0o700);
    expect(await readdir(fixture.at('base'))).toEqual(['mine']);
  });

  it('stays when the settings say so', async () => {
    fixture = await Fixture.make(files);
    const base = fixture.at('copies');
    const settings = { directory_isolation_base_path: base, directory_isolation_cleanup: false };
    const result = await start({ binary: './job', settings });
    const [place = ''] = (await result.stdout()).split('\r\n');
    expect(existsSync(`${place}/new`)).toBe(true);
  });

  it.each(['job', 'project/copies'])('can not be made in %s', async (name) => {
    fixture = await Fixture.make({ ...files, job: '' });
    await expect(
      start({ binary: './job', directoryIsolationBasePath: fixture.at(name) }),
    ).rejects.toMatchObject({ code: 'configuration' });
    expect(await fixture.read('artifacts', 'r', 'status')).toBe('failed');
  });
});

describe('the end of a run', () => {
  it('is written down when what the run used can not be released, and the rest of it is', async () => {
    fixture = await Fixture.ofScript('echo x');
    const options = { privateDataDir: fixture.path, binary: fixture.at('job'), ident: 'r' };
    const plan = await planJob(options, await readPrivateDataDir(options), process.env);
    let privateDir = '';
    class Stuck extends NoIsolation {
      override async isolate(job: OpenJob): Promise<IsolatedJob> {
        privateDir = job.privateDir;
        const leave = () => Promise.reject(new Error('the engine is stuck'));
        return { ...(await super.isolate(job)), leave };
      }
    }
    const sinks = await PluginSinks.open([], {
      ...{ ident: 'r', settings: {}, env: {}, warn: () => undefined },
      ...{ artifactDir: plan.artifactDir, artifactRoot: plan.artifactRoot },
    });
    const job = new Job({ ...plan, isolation: new Stuck() }, options, sinks, undefined);
    await expect(job.run()).rejects.toThrow('the engine is stuck');
    expect(await fixture.read('artifacts', 'r', 'status')).toBe('successful');
    expect(await fixture.read('artifacts', 'r', 'rc')).toBe('0');
    expect(existsSync(privateDir)).toBe(false);
  });

  it('comes when the log handler throws, wherever it was called from', async () => {
    fixture = await Fixture.ofScript('echo x; sleep 60');
    const abort = new AbortController();
    const onLog = (line: string) => {
      if (line.includes('are being ended')) throw new Error('no log');
    };
    const ended = start({ signal: abort.signal, onEvent: () => abort.abort(), onLog });
    await expect(ended).rejects.toMatchObject({ code: 'callback', message: /log handler: no log/ });
    expect(await fixture.read('artifacts', 'r', 'status')).toBe('canceled');
  });

  it('comes within ten seconds for a hundred runs that are canceled at once', async () => {
    fixture = await Fixture.ofScript('echo x; sleep 60');
    const abort = new AbortController();
    let canceled = 0;
    let begun = 0;
    const onEvent = () => {
      if (++begun < 100) return;
      canceled = Date.now();
      abort.abort();
    };
    const idents = Array.from({ length: 100 }, (_, number) => `r${number}`);
    const results = await Promise.all(
      idents.map((ident) => start({ ident, signal: abort.signal, onEvent })),
    );
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['canceled']));
    expect(Date.now() - canceled).toBeLessThan(10_000);
  }, 60_000);
});

describe('runner 26: checkJobEventData', () => {
  const plugin = (send: string) => `#!/usr/bin/python3
import base64, json, os, socket, sys
way = socket.socket(socket.AF_UNIX)
way.connect(os.environ["RUNNER_EVENT_SOCKET"])
secret = way.makefile().readline().strip()
def mark(content):
    text = base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()
    pieces = [text[at:at + 78] for at in range(0, len(text), 78)]
    return "\\x1b[K" + "".join("%s\\x1b[%dD" % (one, len(one)) for one in pieces) + "\\x1b[K"
print("plain text")
${send}
print(mark({"secret": secret, "uuid": "e1"}) + "event text" + mark({"secret": secret}))
sys.stdout.flush()
way.close()
`;

  it('does not mind text outside of events', async () => {
    fixture = await Fixture.make({
      job: plugin(`way.sendall(b'e1 {"event": "verbose", "event_data": {}}\\n')`),
    });
    expect(await start({ checkJobEventData: true })).toMatchObject({ status: 'successful' });
  });

  it('fails the run when the data of an event does not come', async () => {
    fixture = await Fixture.make({ job: plugin('') });
    expect(await start()).toMatchObject({ status: 'successful' });
    await expect(start({ checkJobEventData: true })).rejects.toMatchObject({ code: 'event-data' });
    expect(await fixture.read('artifacts', 'r', 'status')).toBe('failed');
  });
});
