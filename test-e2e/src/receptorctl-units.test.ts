import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, env, Mesh, until, type Daemon } from './mesh.js';

const hasTerminal = spawnSync('script', ['--version']).status === 0;
if (!hasTerminal)
  console.warn('skipped: top and progress on a terminal, because there is no script to make one');

let mesh: Mesh;
const children: ChildProcess[] = [];
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await mesh.end();
});

/** A program that goes on, and what it has written. */
class Program {
  readonly child: ChildProcess;
  readonly closed: Promise<[number | null, NodeJS.Signals | null]>;
  out = '';
  err = '';

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    children.push(this.child);
    this.closed = once(this.child, 'close') as typeof this.closed;
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
  }

  writes(what: string, isThere: (program: Program) => boolean): Promise<true> {
    return until(what, () => isThere(this) || undefined);
  }
}

const sh = { 'work-command': { worktype: 'sh', command: 'sh', allowruntimeparams: true } };

async function submit(near: Daemon, script: string): Promise<string> {
  const { stdout } = await near.ctl('work', 'submit', 'sh', '-n', '--json', '--', `-c '${script}'`);
  return (JSON.parse(stdout) as { unitid: string }).unitid;
}

it('work watch tells of all units, over a restart of the daemon, and goes on behind a cursor', async () => {
  const near = mesh.start('near', [{ 'local-only': null }, sh]);
  (await near.control()).close();
  const go = join(mesh.folder, 'go');
  const unit = await submit(near, `while [ ! -e ${go} ]; do sleep 0.05; done; exit 3`);
  const ctl = ['--socket', near.socket];
  const all = new Program(bin('receptorctl'), [...ctl, 'work', 'watch', '--json']);
  const plain = new Program(bin('receptorctl'), [...ctl, 'work', 'watch']);
  const one = new Program(bin('receptorctl'), [...ctl, 'work', 'watch', unit]);
  const isRunning = ({ out }: Program): boolean => out.includes('Running: PID');
  await Promise.all([all, plain, one].map((each) => each.writes('the unit', isRunning)));

  await near.stop('SIGKILL');
  for (const each of [all, plain, one])
    await each.writes('the end of the daemon', ({ err }) => err.includes("can't be reached"));
  writeFileSync(go, '');
  near.start();
  for (const each of [all, plain]) {
    await each.writes('the end of the unit', ({ out }) => out.includes('exit status 3'));
    expect(each.err).toContain('Connected again, to a node that was started anew');
  }
  expect(await one.closed).toEqual([0, null]);
  expect(one.err).toContain('Connected again');
  expect(one.out).toMatch(
    new RegExp(`^${unit}  Running  Running: PID \\d+\n${unit}  Failed  exit status 3\n$`),
  );
  expect(plain.out).toMatch(new RegExp(`\n${unit}  Failed  exit status 3\n$`));
  await near.ctl('work', 'release', unit);
  await all.writes('the release', ({ out }) => out.includes('"released"'));
  const lines = all.out.trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { Event: string; Cursor?: string });
  expect(events.filter(({ Event }) => Event === 'reset')).toHaveLength(2);

  // from the list after the restart on
  const cursor = events.findLast(({ Event }) => Event === 'listed')?.Cursor ?? '';
  const later = new Program(bin('receptorctl'), [
    ...[...ctl, 'work', 'watch', '--json', '--after', cursor],
  ]);
  await later.writes('the release', ({ out }) => out.includes('"released"'));
  expect(later.out.split('\n')[0]).toBe(`{"Cursor":"${cursor}","Event":"resumed"}`);
  for (const each of [all, plain, later]) {
    each.child.kill('SIGINT');
    expect(await each.closed).toEqual([null, 'SIGINT']);
  }
});

it('work release takes units by age and state', async () => {
  const near = mesh.start('near', [{ 'local-only': null }, sh]);
  (await near.control()).close();
  const good = await submit(near, 'exit 0');
  const bad = await submit(near, 'exit 1');
  const running = await submit(near, 'sleep 1000');
  const fresh = await submit(near, 'exit 1');
  for (const id of [good, bad, fresh]) await near.ctl('work', 'watch', id);
  const age = (id: string): void => {
    const then = new Date(Date.now() - 3 * 86_400_000);
    utimesSync(join(mesh.folder, 'data', 'near', id, 'status'), then, then);
  };
  for (const id of [good, bad, running]) age(id);
  const release = async (...args: string[]): Promise<unknown> => {
    const { stdout } = await near.ctl('work', 'release', ...args, '--json');
    return JSON.parse(stdout);
  };
  expect(await release('--older-than', '4d')).toEqual({});
  expect(await release('--older-than', '2d', '--state', 'failed')).toEqual({ [bad]: 'released' });
  expect(await release('--older-than', '2d')).toEqual({ [good]: 'released' });
  expect(await release('--state', 'Failed,Canceled', running)).toEqual({});
  expect(await release('--older-than', '2d', '--state', 'Running')).toEqual({
    [running]: 'released',
  });
  expect((await near.ctl('work', 'list', '-q')).stdout).toBe(`${fresh}\n`);
  expect((await near.ctl('work', 'release', '--older-than', 'long')).stderr).toContain(
    'It must be a time such as 90s',
  );
  expect(await release('--all')).toEqual({ [fresh]: 'released' });
});

/** near with a link to far. */
async function linked(): Promise<Daemon> {
  const { near } = await mesh.chain([sh]);
  return near;
}

it('top shows links, nodes and units once where there is no terminal', async () => {
  const near = await linked();
  const client = await near.control();
  await client.submit({ node: 'far', workType: 'sh', params: { params: "-c 'sleep 1000'" } });
  client.close();
  await until('the unit', async () => {
    const { stdout } = await near.ctl('work', 'list');
    return stdout.includes('Running: PID') || undefined;
  });
  const { code, stdout } = await near.ctl('top', '--interval', '0.2');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^near {2}receptor \S+ {2}up \d+ s {2}\d\d:\d\d:\d\d\nUnits: 1 running,/);
  expect(stdout).toMatch(/\nRates: 0\.0 submitted\/s, 0\.0 started\/s, 0\.0 ended\/s/);
  expect(stdout).toMatch(/\nhop {3}1 +\S+s +[\d.]+ \w+\/s +[\d.]+ \w+\/s +[\d.]+ KiB/);
  expect(stdout).toMatch(/\nfar {3}hop +1\n/);
  expect(stdout).toMatch(/\n\w{8} {2}Running +0 B +\S+ B?\S* *sh +far +Running: PID \d+\n$/);
  expect(stdout).not.toContain('\u001b');
  const json = await near.ctl('top', '--once', '--json', '--interval', '0.2');
  expect(JSON.parse(json.stdout)).toMatchObject({
    NodeID: 'near',
    Links: [{ NodeID: 'hop', RTT: expect.any(Number) as number }],
    Nodes: [{ NodeID: 'far', Via: 'hop' }, { NodeID: 'hop' }],
    Units: { Running: 1 },
    UnitsStartedPerSecond: 0,
  });
  await near.ctl('work', 'release', '--all');
});

describe.skipIf(!hasTerminal)('top on a terminal', () => {
  const leave = '\u001b[?25h\u001b[?1049l';
  const open = (near: Daemon, before = ''): Program => {
    const words = [bin('receptorctl'), '--socket', near.socket, 'top', '--interval', '0.1'];
    return new Program('script', ['-qfec', `${before}exec ${words.join(' ')}`, '/dev/null']);
  };
  /** What stands on the screen. */
  const shown = ({ out }: Program): string => out.split('\u001b[H').at(-1) ?? '';

  it('survives a restart of the daemon, and gives the terminal back', async () => {
    const near = mesh.start('near', [{ 'local-only': null }, sh]);
    (await near.control()).close();
    const unit = await submit(near, 'echo done');
    const top = open(near);
    await top.writes('the unit', (each) => shown(each).includes(unit));
    expect(top.out).toContain('\u001b[?1049h');
    await near.stop('SIGKILL');
    await top.writes('the end', (each) => shown(each).includes('disconnected since'));
    expect(shown(top)).toContain(unit);
    near.start();
    await top.writes('the start', (each) => !shown(each).includes('disconnected'));
    const other = await submit(near, 'exit 1');
    await top.writes('another unit', (each) => /Failed.*exit status 1/.test(shown(each)));
    expect(shown(top)).toContain(other);
    top.child.stdin?.write('q');
    expect(await top.closed).toEqual([0, null]);
    expect(top.out).toContain(leave);
  });

  it('Ctrl-Z gives the terminal its mode back, and fg takes it again', async () => {
    const near = mesh.start('near', [{ 'local-only': null }, sh]);
    (await near.control()).close();
    const file = join(mesh.folder, 'terminal');
    const top = open(near, `echo $$ $(tty) > ${file}; `);
    await top.writes('a frame', (each) => shown(each).includes('Units: '));
    const [pid = '', terminal = ''] = readFileSync(file, 'utf8').trim().split(' ');
    const stty = (...words: string[]): string =>
      spawnSync('stty', ['-F', terminal, ...words], { encoding: 'utf8' }).stdout;
    const isRaw = (): boolean => stty('-a').includes('-icanon');
    expect(isRaw()).toBe(true);
    top.child.stdin?.write('\u001a');
    const isStopped = (): boolean => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ');
    await until('the stop', () => isStopped() || undefined);
    expect(isRaw()).toBe(false);
    // as a shell does
    stty('sane');
    top.child.kill('SIGCONT');
    process.kill(Number(pid), 'SIGCONT');
    const again = `${leave}\u001b[?1049h`;
    await top.writes('a frame again', ({ out }) => (out.split(again)[1] ?? '').includes('Units: '));
    expect(isRaw()).toBe(true);
    top.child.stdin?.write('q');
    expect(await top.closed).toEqual([0, null]);
  });

  it.each([
    ['Ctrl-C', '\u0003', 130],
    ['Ctrl-D', '\u0004', 0],
  ])('%s ends it, and gives the terminal back', async (_, key, code) => {
    const near = mesh.start('near', [{ 'local-only': null }, sh]);
    (await near.control()).close();
    const top = open(near);
    await top.writes('a frame', (each) => shown(each).includes('Units: '));
    top.child.stdin?.write(key);
    expect(await top.closed).toEqual([code, null]);
    expect(top.out).toContain(leave);
  });
});

it.skipIf(!hasTerminal)(
  'what comes from a pipe is shown as it is sent, on a terminal',
  async () => {
    const near = mesh.start('near', [
      { 'local-only': null },
      { 'work-command': { worktype: 'count', command: 'wc', params: '-c' } },
    ]);
    (await near.control()).close();
    const go = join(mesh.folder, 'go');
    const source = `(head -c 1048576 /dev/zero; while [ ! -e ${go} ]; do sleep 0.05; done)`;
    const submit = `${bin('receptorctl')} --socket ${near.socket} work submit count -p -`;
    const both = new Program('script', ['-qfec', `${source} | ${submit}`, '/dev/null']);
    await both.writes('how much was sent', ({ out }) => /Sent 1\.0 MiB, [\d.]+ \w+\/s/.test(out));
    writeFileSync(go, '');
    expect(await both.closed).toEqual([0, null]);
    expect(both.out).toContain('\r\u001b[KResult: Job Started');
  },
);

it.skipIf(!existsSync('/proc/self/status'))(
  'work submit takes a pipe as it comes, however long it is (needs /proc)',
  async () => {
    const near = mesh.start('near', [
      { 'local-only': null },
      { 'work-command': { worktype: 'count', command: 'wc', params: '-c' } },
    ]);
    (await near.control()).close();
    const bytes = 512 * 1024 * 1024;
    const submitting = new Program(bin('receptorctl'), [
      ...['--socket', near.socket, 'work', 'submit', 'count', '-p', '-', '-f', '--rm'],
    ]);
    const { child } = submitting;
    const source = spawn('head', ['-c', String(bytes), '/dev/zero'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let peakKiB = 0;
    source.stdout.on('data', () => {
      const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s*(\d+)/.exec(text)?.[1] ?? 0));
    });
    if (!child.stdin) throw new Error('no stdin');
    source.stdout.pipe(child.stdin);
    expect(await submitting.closed).toEqual([0, null]);
    expect(submitting.out).toContain(String(bytes));
    expect(peakKiB).toBeGreaterThan(0);
    // a part of what went through
    expect(peakKiB).toBeLessThan(160 * 1024);
  },
);
