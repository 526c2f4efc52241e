import { PORTABLE_VARIABLE } from '@receptorjs/process-table';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ansibleMissing, Fixture } from './ansible-fixture.js';
import { listProcesses } from './process/process-table.js';
import type { RunOptions } from './inputs/run-options.js';
import { run } from './run.js';

// The whole suites run this way too when the variable is set for them: see CONTRIBUTING.md.
let fixture: Fixture;
beforeEach(() => vi.stubEnv(PORTABLE_VARIABLE, '1'));
afterEach(async () => {
  vi.unstubAllEnvs();
  await fixture.remove();
});

const start = (options: Partial<RunOptions> = {}) =>
  run({ privateDataDir: fixture.path, binary: fixture.at('job'), ident: 'r', ...options });

const stdout = () => fixture.read('artifacts', 'r', 'stdout');

const isListed = async (pid: number) => (await listProcesses()).some((one) => one.pid === pid);

describe('without anything of Linux', () => {
  it('a job has a terminal of its own, whose relay it does not see', async () => {
    fixture = await Fixture.ofScript(
      'tty; stty size; stty -a | grep -o -- "-echo "; [ "$(ps -o pgid= -p $$)" -eq $$ ] && echo leader; ls -m /dev/fd/; printf "\\033[31mred\\033[0m"',
    );
    expect(await start()).toMatchObject({ status: 'successful', rc: 0 });
    const [terminal, ...lines] = (await stdout()).split('\r\n');
    expect(terminal).toMatch(/^\/dev\/\S+$/);
    expect(lines.map((line) => line.replace(', 3', ''))).toEqual([
      ...['24 80', '-echo ', 'leader', '0, 1, 2'],
      '\u001b[31mred\u001b[0m\n',
    ]);
  });

  it.each([
    ['exit 3', 3],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('%s is what the rc says as on Linux', async (script, rc) => {
    fixture = await Fixture.ofScript(script);
    const portable = await start();
    vi.stubEnv(PORTABLE_VARIABLE, '');
    const usual = await start({ ident: 'u' });
    expect([portable.rc, portable.status]).toEqual([usual.rc, usual.status]);
    expect(portable.rc).toBe(rc);
  });

  it('output comes whole and in order, up to the last byte before the end', async () => {
    fixture = await Fixture.ofScript('seq 1 30000; printf end');
    await start({ onEvent: () => false });
    const lines = Array.from({ length: 30_000 }, (_, at) => `${at + 1}\r\n`);
    expect((await stdout()) === `${lines.join('')}end\n`).toBe(true);
  });

  it('a program that is not there is named', async () => {
    fixture = await Fixture.ofScript('exit 0');
    const result = await start({ binary: fixture.at('none') });
    expect(result).toMatchObject({ status: 'failed', rc: 127 });
  });

  it('a password is typed without echo, and a prompt nobody answers ends the job', async () => {
    fixture = await Fixture.ofScript('printf "one: "; read a; echo "/$a/"; printf "two: "; read b');
    const result = await start({
      passwords: { '^one: $': 'x' },
      settings: { prompt_timeout: 0.4 },
    });
    expect(result).toMatchObject({
      status: 'failed',
      explanation: expect.stringContaining('Nobody answered the prompt "two:"') as string,
    });
    expect(await stdout()).toBe('one: /x/\r\ntwo: \n');
  });

  it('a terminal that gives single keys is at a prompt, whatever it shows', async () => {
    fixture = await Fixture.ofScript('stty -icanon; echo "press a key"; read a');
    expect(await start({ settings: { prompt_timeout: 0.4 } })).toMatchObject({
      explanation: expect.stringContaining('"press a key"') as string,
    });
  });

  it('a cancel ends the whole tree', async () => {
    fixture = await Fixture.ofScript(
      '(trap "" TERM HUP; while :; do sleep 1; done) & sh -c \'echo $$ >child; exec sleep 60\' & while [ ! -s child ]; do sleep 0.05; done; echo ready; wait',
    );
    const abort = new AbortController();
    const result = await start({ signal: abort.signal, onEvent: () => abort.abort() });
    expect(result).toMatchObject({ status: 'canceled', rc: 254 });
    expect(await isListed(Number(await fixture.read('child')))).toBe(false);
  });

  it('a job whose relay is killed is ended, and fails', async () => {
    fixture = await Fixture.ofScript('echo $$ >pid; echo $PPID; sleep 60');
    let relay: number | undefined;
    const result = await start({
      onEvent: ({ stdout: text }) => {
        if (relay !== undefined) return;
        relay = Number(text);
        process.kill(relay, 'SIGKILL');
      },
    });
    expect(result.status).toBe('failed');
    const pid = Number(await fixture.read('pid'));
    await expect.poll(() => isListed(pid)).toBe(false);
  });

  it.skipIf(ansibleMissing !== undefined)('a playbook makes its events', async () => {
    fixture = await Fixture.ofTasks('- debug: msg=hello');
    const result = await run({ privateDataDir: fixture.path, playbook: 'site.yml', ident: 'r' });
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    const events = await fixture.events('r');
    expect(events.map(({ event }) => event)).toContain('runner_on_ok');
  });
});

describe('where processes can not be listed', () => {
  it("a cancel ends the leader's process group", async () => {
    fixture = await Fixture.make({
      job: "#!/bin/sh\nsh -c 'echo $$ >child; exec sleep 60' & while [ ! -s child ]; do sleep 0.05; done; echo ready; wait\n",
      'bin/ps': '#!/bin/sh\necho no >&2; exit 1\n',
    });
    vi.stubEnv('PATH', `${fixture.at('bin')}:${process.env['PATH'] ?? ''}`);
    const abort = new AbortController();
    const result = await start({ signal: abort.signal, onEvent: () => abort.abort() });
    expect(result).toMatchObject({ status: 'canceled', rc: 254 });
    vi.unstubAllEnvs();
    expect(await isListed(Number(await fixture.read('child')))).toBe(false);
  });
});
