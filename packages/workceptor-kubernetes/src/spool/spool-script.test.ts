import {
  spawn,
  spawnSync,
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
} from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { spooled, spoolReader } from './spool-script.js';

/** The programs of an image: those of this machine, and those of busybox alone where it is there. */
const busybox = spawnSync('sh', ['-c', 'command -v busybox']).stdout.toString().trim();
const images = ['this machine', 'busybox'];
if (busybox === '') console.log('The scripts in busybox are skipped: there is no busybox here.');

/** More looks at whether the disk is at rest, each of which writes `idle`, than descendants are waited for. */
const DESCENDANTS_LOOKS = 45;

let folder: string;
/** In the place of this machine's, where that is set. */
let path: string | undefined;
let children: ChildProcess[];

beforeEach(() => {
  path = undefined;
  folder = mkdtempSync(join(tmpdir(), 'spool-'));
  mkdirSync(join(folder, 'out'));
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.pid === undefined) continue;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // all of its group have ended
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

const spool = (): string => join(folder, 'out');
const files = (): string[] =>
  readdirSync(spool())
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b));

function run(words: readonly string[]): ChildProcessWithoutNullStreams {
  const [program = '', ...args] = words;
  const env = { ...process.env, ...(path !== undefined && { PATH: path }) };
  // a group of its own, to be ended with all that it has started
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env, detached: true });
  child.stdin.on('error', () => undefined);
  children.push(child);
  return child;
}

/** Starts a command as the kubelet does, which has its own use for `$$`. */
function start(...command: string[]): ChildProcessWithoutNullStreams {
  return run(spooled(command, spool()).map((word) => word.replaceAll('$$', '$')));
}

interface Reading {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: Promise<Buffer>;
  readonly said: Promise<string>;
  /** What it has said of the command's stdin, once it has. */
  readonly fed: Promise<string>;
  acknowledge(bytes: number): void;
}

function read(position: number, reader = `r${position}`): Reading {
  const child = run(spoolReader(position, reader, spool()));
  let all = '';
  const heard = <T>(told: (lines: string[]) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      child.stderr.on('data', () => {
        const found = told(all.split('\n').slice(0, -1));
        if (found !== undefined) resolve(found);
      });
    });
  child.stderr.on('data', (piece: Buffer) => {
    all += piece.toString();
  });
  return {
    child,
    stdout: buffer(child.stdout),
    said: heard((lines) => lines.find((line) => !/^(?:open$|fed )/.test(line))),
    fed: heard((lines) => lines.find((line) => line.startsWith('fed '))),
    acknowledge: (bytes) => child.stdin.write(`${bytes}\n`),
  };
}

/** The child of a spooled command's shell that has a fifo as its stdin. */
function readerOf({ pid = 0 }: ChildProcess, fifo: string): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const found = children.find((child) => readlinkSync(`/proc/${child}/fd/0`).endsWith(`/${fifo}`));
  return Number(found);
}

const ready = (): Promise<boolean> =>
  vi.waitUntil(() => existsSync(join(spool(), 'acked')), { interval: 5, timeout: 10_000 });
const exit = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
};
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.each(images)('with the programs of %s', (image) => {
  beforeEach(({ skip }) => {
    if (image !== 'busybox') return;
    if (busybox === '') skip();
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const name of spawnSync(busybox, ['--list']).stdout.toString().trim().split('\n')) {
      if (name !== 'busybox') symlinkSync(busybox, join(bin, name));
    }
    path = bin;
  });

  it('a command has its stdin, its stderr and its exit status, and stdout is read with its digest', async () => {
    const command = start('sh', '-c', 'cat; echo problem >&2; exit 7');
    command.stdin.end('some input');
    const stderr = text(command.stderr);
    await ready();
    const reading = read(0);
    const digest = sha256(Buffer.from('some input'));
    expect(await reading.said).toBe(`end 10 7 ${digest} 10`);
    // all of it, but whoever says so has not heard of the end
    reading.acknowledge(10);
    await vi.waitUntil(() => readFileSync(join(spool(), 'acked'), 'utf8') === '10\n');
    expect([command.exitCode, reading.child.exitCode]).toEqual([null, null]);
    reading.acknowledge(11);
    expect(await exit(reading.child)).toBe(0);
    expect((await reading.stdout).toString()).toBe('some input');
    expect(await exit(command)).toBe(7);
    expect(await stderr).toBe('problem\n');
  });

  it('what is written comes at once, also from the middle on', async () => {
    const command = start('sh', '-c', 'echo one; read x; echo $x');
    await ready();
    const first = read(0, 'a');
    const [one] = (await once(first.child.stdout, 'data')) as [Buffer];
    expect(one.toString()).toBe('one\n');
    const second = read(2, 'b');
    const [rest] = (await once(second.child.stdout, 'data')) as [Buffer];
    expect(rest.toString()).toBe('e\n');
    // the first one sees that it is not the reader any more
    expect(await exit(first.child)).toBe(3);
    command.stdin.write('two\n');
    await second.said;
    second.acknowledge(9);
    expect(await exit(second.child)).toBe(0);
    expect(await exit(command)).toBe(0);
  });

  it('a command that was told to end waits no more for those who do not read any more', async () => {
    const command = start('sh', '-c', 'trap "echo last; exit 6" TERM; echo first; read x');
    await vi.waitUntil(() => existsSync(join(spool(), '0')) && statSync(join(spool(), '0')).size, {
      interval: 5,
      timeout: 10_000,
    });
    command.kill('SIGTERM');
    expect(await exit(command)).toBe(6);
    expect(readFileSync(join(spool(), '0'), 'utf8')).toBe('first\nlast\n');
  });

  it('a command has all of stdin, or wants no more of it, and the reader says so while it runs', async () => {
    const command = start('sh', '-c', 'cat >/dev/null; sleep 600');
    await ready();
    const reading = read(0, 'a');
    command.stdin.write('some');
    await vi.waitUntil(() => existsSync(join(spool(), 'reader')), { interval: 5, timeout: 10_000 });
    expect(existsSync(join(spool(), 'fed'))).toBe(false);
    command.stdin.end();
    expect(await reading.fed).toBe('fed 4');
    const another = read(0, 'b');
    expect(await another.fed).toBe('fed 4');
    expect(command.exitCode).toBe(null);
  });

  it('a command that closes its stdin wants no more of it', async () => {
    const command = start('sh', '-c', 'exec 0<&-; sleep 600');
    await ready();
    const reading = read(0);
    command.stdin.write(Buffer.alloc(1024 * 1024));
    expect(await reading.fed).toBe('fed -');
  });

  it('a reader whose stdin ends, ends', async () => {
    start('cat');
    await ready();
    const reading = read(0);
    await vi.waitUntil(() => existsSync(join(spool(), 'reader')), { interval: 5, timeout: 10_000 });
    reading.child.stdin.end();
    await exit(reading.child);
    expect(reading.child.signalCode).toBe('SIGTERM');
  });

  it(
    'many files are read across their ends, whatever was cut before',
    { timeout: 120_000 },
    async () => {
      const command = start('seq', '1', '2500000');
      const all = Buffer.from(Array.from({ length: 2_500_000 }, (_, i) => `${i + 1}\n`).join(''));
      await ready();
      await vi.waitUntil(() => existsSync(join(spool(), 'end')), { interval: 20, timeout: 60_000 });
      expect(files().length).toBeGreaterThan(2);
      const starts = files().map(Number);
      for (const position of [...starts, 1, (starts[1] ?? 0) - 1, all.length - 1]) {
        const reading = read(position, `at${position}`);
        expect(await reading.said).toBe(`end ${all.length} 0 ${sha256(all)} -`);
        reading.child.stdin.end();
        await exit(reading.child);
        expect((await reading.stdout).equals(all.subarray(position))).toBe(true);
      }
      const last = read(all.length, 'last');
      await last.said;
      last.acknowledge(all.length + 1);
      expect(await exit(command)).toBe(0);
      expect(await exit(last.child)).toBe(0);
    },
  );

  it('a reader that was left behind does not take for lost what another one has taken', async () => {
    writeFileSync(join(spool(), 'acked'), '0\n');
    const left = read(0, 'left');
    await vi.waitUntil(() => existsSync(join(spool(), 'reader')), { interval: 5, timeout: 10_000 });
    writeFileSync(join(spool(), 'reader'), 'other\n');
    writeFileSync(join(spool(), '10'), '');
    expect(await exit(left.child)).toBe(3);
    expect(existsSync(join(spool(), 'lost'))).toBe(false);
  });

  it('a file goes when all of it and some of the next one is acknowledged', async () => {
    for (const name of ['0', '10', '20', '30']) writeFileSync(join(spool(), name), 'x'.repeat(10));
    writeFileSync(join(spool(), 'acked'), '0');
    const reading = read(35);
    await once(reading.child.stdout, 'data');
    reading.acknowledge(20);
    await vi.waitUntil(() => files().length < 4, { interval: 5, timeout: 10_000 });
    expect(files()).toEqual(['10', '20', '30']);
    reading.acknowledge(25);
    await vi.waitUntil(() => files().length < 3, { interval: 5, timeout: 10_000 });
    expect(files()).toEqual(['20', '30']);
  });

  it('an acknowledgement takes nothing back', async () => {
    start('sh', '-c', 'echo some; cat');
    await ready();
    const reading = read(0);
    await once(reading.child.stdout, 'data');
    const acked = (): string => readFileSync(join(spool(), 'acked'), 'utf8').trim();
    reading.acknowledge(5);
    await vi.waitUntil(() => acked() === '5', { interval: 5, timeout: 10_000 });
    reading.acknowledge(0);
    reading.acknowledge(6);
    await vi.waitUntil(() => acked() !== '5', { interval: 5, timeout: 10_000 });
    expect(acked()).toBe('6');
  });

  it('what was acknowledged and removed is known to be lost for whoever wants it again', async () => {
    const command = start('sh', '-c', 'echo one; exit 1');
    await ready();
    await vi.waitUntil(() => existsSync(join(spool(), 'end')), { interval: 5, timeout: 10_000 });
    rmSync(join(spool(), '0'));
    const reading = read(0);
    expect(await reading.said).toBe('lost 0 missing');
    reading.acknowledge(1);
    expect(await exit(command)).toBe(1);
  });

  it('the length of the output counts once it stands there', async () => {
    const command = start('sh', '-c', 'echo up; read x; exit 3');
    await ready();
    // as a shell leaves it between making a file and writing to it
    writeFileSync(join(spool(), 'total'), '');
    command.stdin.end('x\n');
    const reading = read(0);
    expect(await reading.said).toMatch(/^end 3 3 /);
    reading.acknowledge(4);
    expect(await exit(command)).toBe(3);
  });

  it('a command that is not there ends as in a shell', async () => {
    const command = start('no-such-program');
    await ready();
    const reading = read(0);
    expect(await reading.said).toMatch(/^end 0 127 /);
    reading.acknowledge(1);
    expect(await exit(command)).toBe(127);
  });

  it('a command has the umask, the descriptors and, by coreutils, the signals that it would have without', async () => {
    const signals = image === 'busybox' ? '' : '; grep SigIgn /proc/self/status';
    const facts = `umask; ls /proc/self/fd | wc -l${signals}`;
    const bare = run(['sh', '-c', facts]);
    const expected = await text(bare.stdout);
    start('sh', '-c', facts);
    await ready();
    const reading = read(0);
    await reading.said;
    reading.acknowledge(expected.length + 1);
    expect((await reading.stdout).toString()).toBe(expected);
  });

  it.each([
    ['all of it', 'cat', 'some input', '10'],
    ['nothing, for nothing came', 'cat', '', '0'],
    // it stays open here, as where nobody has attached to it
    ['nothing, for it did not want any', 'echo out', undefined, '-'],
    ['not all, for it did not want more', 'head -c 1', 'x'.repeat(300_000), '-'],
  ])('how much stdin a command got is told: %s', async (_, script, input, told) => {
    const command = start('sh', '-c', script);
    if (input !== undefined) command.stdin.end(input);
    await ready();
    expect((await read(0).said).split(' ').at(-1)).toBe(told);
  });

  it('SIGTERM goes to the command', async () => {
    const command = start(
      'sh',
      '-c',
      'trap "echo caught; exit 9" TERM; echo up; while :; do sleep 0.05; done',
    );
    await ready();
    const reading = read(0);
    await once(reading.child.stdout, 'data');
    command.kill('SIGTERM');
    expect(await reading.said).toMatch(/^end 10 9 /);
    reading.acknowledge(11);
    expect(await exit(command)).toBe(9);
  });

  it('a spool that nobody reads is bounded: the command waits', async () => {
    const command = start('sh', '-c', 'cat /dev/zero');
    await ready();
    await vi.waitUntil(() => existsSync(join(spool(), 'full')), { interval: 20, timeout: 25_000 });
    const bytes = (): number => {
      const last = files().reduce((most, name) => Math.max(most, Number(name)), 0);
      return last + statSync(join(spool(), String(last))).size;
    };
    expect(bytes()).toBeGreaterThanOrEqual(256 * 2 ** 20);
    expect(bytes()).toBeLessThan(321 * 2 ** 20);
    const before = bytes();
    writeFileSync(join(spool(), 'acked'), String(before));
    await vi.waitUntil(() => bytes() > before, { interval: 20, timeout: 25_000 });
    command.kill('SIGKILL');
  });

  it('a disk that stalls as the command ends loses nothing', async () => {
    const command = start('sh', '-c', 'read x; head -c 120000 /dev/zero; exit 3');
    await ready();
    const writer = (): number => Number(readFileSync(join(spool(), 'now')));
    await vi.waitUntil(() => existsSync(join(spool(), 'now')) && writer() > 0, { interval: 5 });
    const pid = writer();
    process.kill(pid, 'SIGSTOP');
    command.stdin.end('x\n');
    const reading = read(0);
    const looks = new Set<number>();
    await vi.waitUntil(
      () => {
        const look = statSync(join(spool(), 'idle'), { throwIfNoEntry: false });
        if (look !== undefined) looks.add(look.mtimeMs);
        return looks.size > DESCENDANTS_LOOKS;
      },
      { interval: 5, timeout: 25_000 },
    );
    process.kill(pid, 'SIGCONT');
    expect(await reading.said).toMatch(/^end 120000 3 [0-9a-f]{64} /);
  });

  it('a signal to the whole group ends the command, and not its output', async () => {
    const script = 'trap "echo caught; exit 9" TERM; echo up; while :; do sleep 0.05; done';
    const command = start('sh', '-c', script);
    await ready();
    const reading = read(0);
    await once(reading.child.stdout, 'data');
    process.kill(-(command.pid ?? 0), 'SIGTERM');
    expect(await reading.said).toMatch(/^end \d+ 9 /);
    reading.acknowledge(1_000);
    expect((await reading.stdout).toString()).toMatch(/^up\n(?:caught\n)+$/);
  });

  it.each([
    ['what copies', 'in', /^lost \d+ copier$/],
    ['what writes', 'out', /^lost \d+ writer?$/],
  ])('%s the output and dies takes it along, and that is known', async (_, fifo, word) => {
    const command = start('sh', '-c', 'echo up; read x; echo more');
    await ready();
    const reading = read(0);
    await once(reading.child.stdout, 'data');
    process.kill(readerOf(command, fifo), 'SIGKILL');
    command.stdin.end('x\n');
    expect(await reading.said).toMatch(word);
  });

  it('what a descendant that stays does not write is not waited for', async () => {
    const command = start('sh', '-c', 'sleep 600 & echo $!');
    await ready();
    const reading = read(0);
    expect(await reading.said).toMatch(/^end \d+ 0 /);
    const pid = Number(readFileSync(join(spool(), '0')));
    process.kill(pid, 'SIGKILL');
    reading.acknowledge(1_000);
    expect(await exit(command)).toBe(0);
  });
});

it('an image without a program that is needed has no spool, and its stdout as before', async () => {
  const bin = join(folder, 'few');
  mkdirSync(bin);
  for (const name of ['sh', 'cat', 'dd', 'sleep']) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`])
      .stdout.toString()
      .trim();
    symlinkSync(path === undefined ? found : busybox, join(bin, name));
  }
  path = bin;
  const command = start('sh', '-c', 'echo $0 out', 'name');
  const stdout = text(command.stdout);
  await vi.waitUntil(() => existsSync(join(spool(), 'none')), { interval: 5, timeout: 10_000 });
  const reading = read(0);
  expect(await reading.said).toBe('none mkfifo');
  // it has been heard
  reading.acknowledge(0);
  expect(await exit(reading.child)).toBe(0);
  expect(await exit(command)).toBe(0);
  expect(await stdout).toBe('name out\n');
});

it('without what takes the digest there is none', async () => {
  const command = start('sh', '-c', 'echo up; read x; echo more');
  await ready();
  const reading = read(0);
  await once(reading.child.stdout, 'data');
  process.kill(readerOf(command, 'hash'), 'SIGKILL');
  command.stdin.end('x\n');
  expect(await reading.said).toMatch(/^(?:end 8 0 - 2|lost \d+ copier)$/);
});
