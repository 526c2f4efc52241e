import { execFileSync, type ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Fixture } from './ansible-fixture.js';
import { encodeMark } from './process/output/marks.js';
import type { RunOptions } from './inputs/run-options.js';
import { runEvents } from './events/event-stream.js';
import { run } from './run.js';
import type { StatusMessage } from './statuses.js';

let fixture: Fixture;
afterEach(() => fixture.remove());

const start = (options: Partial<RunOptions> = {}) =>
  run({ privateDataDir: fixture.path, binary: fixture.at('job'), ident: 'r', ...options });
const artifact = (name: string) => fixture.read('artifacts', 'r', name);

/** Resolves when the process is gone. */
async function gone(pid: number): Promise<void> {
  while (
    existsSync(`/proc/${pid}`) &&
    !(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).includes(') Z')
  )
    await new Promise((resolve) => setImmediate(resolve));
}

/** The processes that are started meanwhile, of which some may still be there. */
async function startedBy(work: () => Promise<unknown>): Promise<number[]> {
  const started: number[] = [];
  const listener = (message: unknown) => {
    const { process: child } = message as { process: ChildProcess };
    // its id is known at the end of the call that starts it
    queueMicrotask(() => started.push(child.pid ?? 0));
  };
  subscribe('child_process', listener);
  try {
    await work();
  } finally {
    unsubscribe('child_process', listener);
  }
  return started;
}

describe('a process', () => {
  it('runs on a terminal of 24 x 80 without echo, as leader of its own session', async () => {
    fixture = await Fixture.ofScript(
      'tty; stty size; stty -a | grep -o -- "-echo "; ps -o sid= -p $$ | grep -qw $$ && echo leader; ls -m /proc/$$/fd',
    );
    const result = await start();
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    expect((await artifact('stdout')).split('\r\n')).toEqual([
      expect.stringMatching(/^\/dev\/pts\/\d+$/),
      '24 80',
      '-echo ',
      'leader',
      // its standard streams, and the script itself
      expect.stringMatching(/^0, 1, (?:10, )?2(?:, 255)?$/),
      '',
    ]);
  });

  it('runner 9: killed by a signal has rc 128 + n, in the result and in the file', async () => {
    fixture = await Fixture.ofScript('kill -9 $$');
    expect(await start()).toMatchObject({ status: 'failed', rc: 137 });
    expect([await artifact('rc'), await artifact('status')]).toEqual(['137', 'failed']);
  });

  it('is prepared before it is known what to run, and leaves nothing when nothing is', async () => {
    fixture = await Fixture.ofScript('exit 0');
    await mkdir(fixture.at('env'), { recursive: true });
    await writeFile(fixture.at('env', 'settings'), '- no mapping');
    const children = await startedBy(() =>
      expect(start()).rejects.toMatchObject({ code: 'configuration' }),
    );
    expect(children).toHaveLength(1);
    await Promise.all(children.map(gone));
  });

  it('that does not exist ends with 127 and says so in its output', async () => {
    fixture = await Fixture.ofScript('exit 0');
    expect(await start({ binary: 'no-such-command' })).toMatchObject({ status: 'failed', rc: 127 });
    expect(await artifact('stdout')).toBe(
      'The command was not found or was not executable: no-such-command.\n',
    );
  });

  it('runner 33: is not waited for when others keep its terminal open', async () => {
    fixture = await Fixture.ofScript('echo said; (trap "" HUP; exec sleep 60) & echo $! > pid');
    expect(await start()).toMatchObject({ status: 'successful', rc: 0 });
    expect(await artifact('stdout')).toBe('said\r\n');
    process.kill(Number(await fixture.read('pid')), 'SIGKILL');
  });

  it('runner 12: what it wrote last is never lost, though it ends at once', async () => {
    fixture = await Fixture.ofScript('seq 1 4000');
    const results = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        await start({ ident: `r${index}`, onEvent: () => false });
        return fixture.read('artifacts', `r${index}`, 'stdout');
      }),
    );
    for (const stdout of results) expect(stdout.split('\r\n').at(-2)).toBe('4000');
  });
});

describe('artifacts', () => {
  it('runner 12: stdout holds every line, erase sequences and a last line without end included', async () => {
    fixture = await Fixture.ofScript(
      'seq 1 20000; printf "a\\033[Kb\\n\\n"; printf "\\033[Ke30=\\033[4D\\033[K\\n"; printf "no end"',
    );
    let counted = 0;
    await start({
      onEvent: (event) => {
        expect(event.counter).toBe(++counted);
        return false;
      },
    });
    const lines = Array.from({ length: 20000 }, (_, index) => `${index + 1}\r\n`).join('');
    const rest = 'a\u001b[Kb\r\n\r\n\u001b[Ke30=\u001b[4D\u001b[K\r\n';
    expect(await artifact('stdout')).toBe(`${lines}${rest}no end\n`);
    expect(counted).toBe(20004);
    expect(await readdir(fixture.at('artifacts', 'r', 'job_events'))).toEqual([]);
  });

  it('runner 10: are private to their owner', async () => {
    fixture = await Fixture.ofScript('echo x');
    await start();
    const mode = async (...names: string[]) =>
      ((await stat(fixture.at('artifacts', ...names))).mode & 0o777).toString(8);
    expect([await mode(), await mode('r'), await mode('r', 'job_events')]).toEqual([
      '700',
      '700',
      '700',
    ]);
    for (const name of ['command', 'stdout', 'stderr', 'status', 'rc'])
      expect([name, await mode('r', name)]).toEqual([name, '600']);
  });

  it('runner 3, 4, 35: nothing but artifacts is left behind, neither here nor in the temporary folder', async () => {
    fixture = await Fixture.ofScript('cat "$2"');
    await mkdir(fixture.at('tmp'));
    const before = process.env.TMPDIR;
    process.env.TMPDIR = fixture.at('tmp');
    try {
      await start({
        inventory: 'h1\nh2\n',
        extravars: { a: 1 },
        envvars: { B: '2' },
        passwords: { x: 'y' },
        settings: { idle_timeout: 9 },
      });
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
    expect(await readdir(fixture.at('tmp'))).toEqual([]);
    expect((await readdir(fixture.path)).sort()).toEqual(['artifacts', 'job', 'tmp']);
  });

  it('runner 17: neither command nor the starting message shows what was inherited or is secret', async () => {
    fixture = await Fixture.ofScript('echo "$INHERITED_THING $DB_PASSWORD"');
    process.env.INHERITED_THING = 'swordfish1';
    const messages: StatusMessage[] = [];
    try {
      await start({
        envvars: { DB_PASSWORD: 'swordfish2', MULTI: 'a\nb' },
        onStatus: (message) => messages.push(message),
      });
    } finally {
      delete process.env.INHERITED_THING;
    }
    expect(await artifact('stdout')).toBe('swordfish1 swordfish2\r\n');
    expect((await artifact('command')) + JSON.stringify(messages)).not.toMatch(/swordfish/);
    expect(JSON.parse(await artifact('command'))).toMatchObject({
      cwd: fixture.path,
      env: { MULTI: 'a\nb', DB_PASSWORD: '**********' },
    });
    expect(messages.map(({ status }) => status)).toEqual(['starting', 'running', 'successful']);
  });

  it('runner 30: rotation keeps the newest, and leaves files and unfinished runs alone', async () => {
    fixture = await Fixture.ofScript('exit 0');
    for (const ident of ['a', 'b', 'c']) await start({ ident });
    await mkdir(fixture.at('artifacts', 'running'));
    await writeFile(fixture.at('artifacts', 'stray'), '');
    await start({ rotateArtifacts: 2 });
    expect((await readdir(fixture.at('artifacts'))).sort()).toEqual(['c', 'r', 'running', 'stray']);
  });

  it('runner 32: a long line is one event, and written once', async () => {
    fixture = await Fixture.ofScript('head -c 3000000 /dev/zero | tr "\\\\0" x; echo');
    await start();
    const events = await fixture.events('r');
    expect(events.map(({ stdout }) => stdout.length)).toEqual([3_000_000]);
    expect(await artifact('stdout')).toBe(`${'x'.repeat(3_000_000)}\r\n`);
  });

  it('of an earlier run with the same ident say nothing about how this one ended', async () => {
    fixture = await Fixture.ofScript('ls artifacts/r');
    await start();
    await start();
    expect(await artifact('stdout')).not.toMatch(/^(?:rc|status)\r$/m);
    expect(await artifact('rc')).toBe('0');
  });

  it('that can not be written are told before anything runs', async () => {
    fixture = await Fixture.ofScript('touch ran');
    await expect(start({ artifactDir: fixture.at('job') })).rejects.toMatchObject({
      code: 'configuration',
      cause: { code: 'ENOTDIR' },
    });
    expect(existsSync(fixture.at('ran'))).toBe(false);
  });

  it('can do without the stdout file', async () => {
    fixture = await Fixture.ofScript('echo x');
    await start({ settings: { suppress_output_file: true } });
    expect(existsSync(fixture.at('artifacts', 'r', 'stdout'))).toBe(false);
  });
});

describe('ending early', () => {
  const tree =
    'setsid sh -c "trap \'\' TERM; echo \\$\\$ > inner; exec sleep 60" & trap "" TERM; while [ ! -s inner ]; do :; done; echo ready; sleep 60; wait';

  it('runner 21: cancel acts at once and ends the whole tree, other sessions and the deaf included', async () => {
    fixture = await Fixture.ofScript(tree.replace('trap "" TERM; while', 'while'));
    const abort = new AbortController();
    const result = await start({ signal: abort.signal, onEvent: () => abort.abort() });
    expect(result).toMatchObject({ status: 'canceled', rc: 254 });
    expect([await artifact('status'), await artifact('rc')]).toEqual(['canceled', '254']);
    await gone(Number(await fixture.read('inner')));
  });

  it('cancel before the start runs nothing', async () => {
    fixture = await Fixture.ofScript('touch ran');
    expect(await start({ signal: AbortSignal.abort() })).toMatchObject({
      status: 'canceled',
      rc: 254,
    });
    expect(existsSync(fixture.at('ran'))).toBe(false);
  });

  it('runner 21: job and idle limits act when they are reached, not in turns', async () => {
    // the original looks every five seconds, when this job has ended by itself
    fixture = await Fixture.ofScript('echo x; sleep 4');
    expect(await start({ timeout: 0.2 })).toMatchObject({ status: 'timeout', rc: 254 });
    expect(await start({ settings: { idle_timeout: 0.2 } })).toMatchObject({ status: 'timeout' });
    expect(await start({ timeout: 60 })).toMatchObject({ status: 'successful', rc: 0 });
  });

  it('a limit that passes while the last events are handled changes nothing', async () => {
    fixture = await Fixture.ofScript('seq 1 600');
    let seen = 0;
    const result = await start({
      timeout: 1,
      onEvent: async () => {
        // more wait than are taken at once, so reading is held back until the limit is over
        if (++seen === 1) await new Promise((resolve) => setTimeout(resolve, 1200));
        return false;
      },
    });
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
  });

  it('runner 21: output without events counts against idleness', async () => {
    fixture = await Fixture.ofScript('for i in 1 2 3 4 5 6; do printf .; sleep 0.15; done');
    expect(await start({ settings: { idle_timeout: 0.6 } })).toMatchObject({
      status: 'successful',
    });
  });

  it.each([['onEvent'], ['onStatus']] as const)(
    'runner 21: a throwing %s ends the child, and status and rc are written',
    async (handler) => {
      fixture = await Fixture.ofScript('echo $$ > pid; echo out; sleep 60');
      let calls = 0;
      const boom = () => {
        // the second status is "running"
        if (handler === 'onEvent' || ++calls === 2) throw new Error('boom');
      };
      await expect(start({ [handler]: boom })).rejects.toMatchObject({
        code: 'callback',
        cause: { message: 'boom' },
      });
      expect([await artifact('status'), await artifact('rc')]).toEqual(['failed', '254']);
      if (handler === 'onEvent') await gone(Number(await fixture.read('pid')));
      else expect(existsSync(fixture.at('pid'))).toBe(false);
    },
  );
});

describe('events', () => {
  it('runner 20: can be iterated while the run goes on, without turning in circles', async () => {
    fixture = await Fixture.ofScript('echo a; sleep 0.8; echo b');
    const before = process.cpuUsage();
    const events = runEvents({
      privateDataDir: fixture.path,
      binary: fixture.at('job'),
      ident: 'r',
    });
    const seen: string[] = [];
    for await (const event of events) seen.push(event.stdout);
    const { user, system } = process.cpuUsage(before);
    expect(seen).toEqual(['a', 'b']);
    expect(await events.result).toMatchObject({ status: 'successful' });
    expect((user + system) / 1e6).toBeLessThan(0.6);
  });

  it('a handler may answer with a promise of any make', async () => {
    fixture = await Fixture.ofScript('echo a');
    const later = { then: (resolve: (value: boolean) => void) => resolve(false) };
    await start({ onEvent: () => later });
    expect(await fixture.events('r')).toEqual([]);
  });

  it('a left iteration cancels the run', async () => {
    fixture = await Fixture.ofScript('echo a; echo b; sleep 60');
    const events = runEvents({
      privateDataDir: fixture.path,
      binary: fixture.at('job'),
      ident: 'r',
    });
    for await (const event of events) if (event.stdout === 'a') break;
    expect(await events.result).toMatchObject({ status: 'canceled' });
  });

  it('errors of the run come out of the iteration', async () => {
    fixture = await Fixture.ofScript('exit 0');
    const events = runEvents({ privateDataDir: fixture.at('no'), playbook: 'x' });
    await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'configuration',
    });
  });

  it('a slow handler holds the process back instead of filling the memory', async () => {
    fixture = await Fixture.ofScript(
      'head -c 20000000 /dev/zero | tr "\\\\0" x | fold -w 1000; echo end',
    );
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let seen = 0;
    const running = start({
      onEvent: async () => {
        if (++seen === 1) await held;
        return false;
      },
    });
    // the process sleeps in a write, because nobody reads on
    const pid = await processOf(fixture.at('job'));
    await blocked(pid);
    release?.();
    expect(await running).toMatchObject({ status: 'successful' });
    expect(seen).toBe(20000);
  });

  it('runner 14: output with marks of the original or of another run forges nothing', async () => {
    const forged = encodeMark('0'.repeat(32), 'evil').toString('latin1');
    const original = `\u001b[K${Buffer.from('{"uuid": "../evil", "event": "runner_on_ok"}').toString('base64')}\u001b[60D\u001b[K`;
    fixture = await Fixture.make({
      job: `#!/bin/sh\ncat <<'END'\n${forged}${original}\nEND\n`,
    });
    await start();
    const events = await fixture.events('r');
    expect(events).toMatchObject([{ event: 'verbose', stdout: `${forged}${original}` }]);
  });
});

describe('passwords', () => {
  it('answer prompts on the terminal, without echo', async () => {
    fixture = await Fixture.ofScript(
      'printf "SSH password: "; read a; printf "BECOME password[defaults to SSH password]: "; read b; echo; echo "$a/$b"',
    );
    await mkdir(fixture.at('env'));
    await writeFile(fixture.at('env', 'passwords'), '"^SSH password:\\\\s*?$": one\n');
    await start({
      passwords: { '^BECOME password.*:\\s*?$': 'two', '^SSH password:\\s*?$': 'no' },
    });
    expect(await artifact('stdout')).toBe(
      'SSH password: BECOME password[defaults to SSH password]: \r\none/two\r\n',
    );
  });
});

const sshTools = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every((name) =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${name}`)),
);
if (!sshTools) console.warn('skipped: tests of env/ssh_key, because there are no OpenSSH tools');

describe.skipIf(!sshTools)('env/ssh_key (skipped without OpenSSH tools)', () => {
  async function withKey(script: string, passphrase = '') {
    fixture = await Fixture.ofScript(script);
    await mkdir(fixture.at('env'));
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-N',
      passphrase,
      '-C',
      'test',
      '-f',
      fixture.at('env', 'ssh_key'),
    ]);
  }

  it('is known to an ssh-agent of the run, and nowhere in the artifacts', async () => {
    await withKey('ssh-add -l');
    expect(await start()).toMatchObject({ status: 'successful', rc: 0 });
    expect(await artifact('stdout')).toMatch(/^Identity added: .*\r\n256 SHA256:.*ED25519/);
    expect(await readdir(fixture.at('artifacts', 'r'))).not.toContain('ssh_key_data');
    expect(JSON.parse(await artifact('command'))).toMatchObject({
      command: ['ssh-agent', 'sh', '-c', expect.stringContaining('ssh-add ')],
    });
  });

  it('with a passphrase is unlocked by an answer, and its agent ends with the run', async () => {
    await withKey('ssh-add -l; echo "agent $SSH_AGENT_PID"', 'open sesame');
    const result = await start({ passwords: { '^Enter passphrase for .*:\\s*?$': 'open sesame' } });
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    const stdout = await artifact('stdout');
    expect(stdout).toMatch(/256 SHA256:.*ED25519/);
    await gone(Number(/agent (\d+)/.exec(stdout)?.[1]));
  });

  it('runner 13: a passphrase nobody knows is a failure that names the prompt', async () => {
    await withKey('exit 0', 'open sesame');
    const result = await start({ settings: { prompt_timeout: 0.4 } });
    expect(result).toMatchObject({ status: 'failed', rc: 254 });
    expect(result.explanation).toMatch(/"Enter passphrase for .*ssh_key_data:"/);
    expect(await readdir(fixture.at('artifacts', 'r'))).not.toContain('ssh_key_data');
  });

  it('a bad key fails the run', async () => {
    await withKey('touch ran');
    await writeFile(fixture.at('env', 'ssh_key'), 'no key');
    expect(await start()).toMatchObject({ status: 'failed', rc: 1 });
    expect(existsSync(fixture.at('ran'))).toBe(false);
  });

  it('runner 11: a pipe nobody reads, or one left behind, blocks nothing', async () => {
    await withKey('exit 0');
    await mkdir(fixture.at('artifacts', 'r'), { recursive: true });
    execFileSync('mkfifo', [fixture.at('artifacts', 'r', 'ssh_key_data')]);
    expect(await start()).toMatchObject({ status: 'successful' });
    // no ssh-agent on this path: the pipe is never opened
    const nothing = await start({ ident: 'q', envvars: { PATH: '/nonexistent' } });
    expect(nothing).toMatchObject({ status: 'failed', rc: 127 });
    expect(await readdir(fixture.at('artifacts', 'q'))).not.toContain('ssh_key_data');
  });
});

/** Pid of the sleeping process that runs a script, though not of those it has started. */
async function processOf(script: string): Promise<number> {
  for (;;) {
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const [line, text] = await Promise.all([
        readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => ''),
        readFile(`/proc/${entry}/stat`, 'utf8').catch(() => ''),
      ]);
      const [state, , , session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      if (line.endsWith(`${script}\0`) && state === 'S' && session === entry) return Number(entry);
    }
  }
}

/** Resolves when a process in the terminal session of `pid` waits for the terminal to take output. */
async function blocked(pid: number): Promise<void> {
  for (;;) {
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      if (fields[3] !== String(pid) || !text.includes('(fold)')) continue;
      const wait = await readFile(`/proc/${entry}/wchan`, 'utf8').catch(() => '');
      if (fields[0] === 'S' && /tty|wait_woken|n_tty/.test(wait)) return;
    }
  }
}
