import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { listProcesses } from '@receptorjs/process-table';
import { readUntil } from '@receptorjs/tooling-test-peers';
import { describe, expect, it } from 'vitest';
import { serveCommand, type CommandServiceOptions } from './serve-command.js';
import { kept, LineLog, pair } from '../test-mesh.js';

const missing = process.platform === 'linux' ? '' : 'skipped: pseudo terminals are for Linux only';
if (missing) console.warn(missing);

async function commandMesh(
  command: string,
  options: Partial<CommandServiceOptions> = {},
): Promise<{ dial: () => Promise<Duplex>; log: LineLog; openServices: () => number }> {
  const { near, far } = await pair();
  const log = new LineLog();
  await kept(serveCommand(far.streams, { service: 'cmd', command, log, ...options }));
  return {
    log,
    dial: () => near.streams.dial('far', 'cmd'),
    openServices: () => far.node.openServices,
  };
}

/** Resolves when the stream is closed, whether it failed or not. */
function closed(stream: Duplex): Promise<void> {
  stream.on('error', () => undefined);
  stream.resume();
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve);
  });
}

async function runs(pid: number): Promise<boolean> {
  return (await listProcesses()).some((entry) => entry.pid === pid);
}

/** The children of this process that have ended and were not waited for. */
function zombies(): string[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => {
      if (pid === '') return false;
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
      } catch {
        return false;
      }
    });
}

describe.skipIf(missing !== '')(`command-service ${missing}`, () => {
  it('runs the command on a terminal of 24 x 80, with echo and line ends of a terminal', async () => {
    const { dial } = await commandMesh(`sh -c 'stty size; read word; echo "got $word"'`);
    const stream = await dial();
    await readUntil(stream, /24 80\r\n/);
    stream.write('hello\n');
    expect(await text(stream)).toBe('hello\r\ngot hello\r\n');
  });

  it('gives all of the output, however slowly it is read', async () => {
    const { dial } = await commandMesh('seq 1 200000');
    const stream = await dial();
    // nothing is read until the command has long been waiting for a reader
    await once(stream, 'readable');
    const lines = (await text(stream)).split('\r\n');
    expect(lines).toHaveLength(200_001);
    expect(lines[199_999]).toBe('200000');
  });

  it('D15: a client that ends its side still gets the answer', async () => {
    const { dial } = await commandMesh('cat');
    const stream = await dial();
    stream.end('one\ntwo');
    expect(await text(stream)).toBe('one\r\ntwoone\r\ntwo');
  });

  it('hangs a command up that goes on after the end of its input', async () => {
    const { dial } = await commandMesh(`sh -c 'echo $$; exec sleep 1000'`, {
      endOfInputGraceMs: 50,
    });
    const stream = await dial();
    const [, pid] = await readUntil(stream, /(\d+)\r\n/);
    stream.end();
    await text(stream);
    await expect.poll(() => runs(Number(pid))).toBe(false);
  });

  it('D18: leaves neither zombies nor processes of its own behind', async () => {
    const { dial } = await commandMesh(
      `bash -c 'trap "" HUP; nohup sleep 1000 & sleep 1000 & echo $! $$; wait'`,
      { hangupGraceMs: 100 },
    );
    const streams = await Promise.all([dial(), dial(), dial()]);
    const pids: number[] = [];
    for (const stream of streams) {
      const [, job, shell] = await readUntil(stream, /(\d+) (\d+)\r\n/);
      pids.push(Number(job), Number(shell));
    }
    const before = await listProcesses();
    const sessions = new Set(before.filter(({ pid }) => pids.includes(pid)).map((p) => p.session));
    expect(sessions.size).toBe(3);
    for (const stream of streams) stream.destroy();
    const left = async (): Promise<number> =>
      (await listProcesses()).filter(({ session }) => sessions.has(session)).length;
    await expect.poll(left, { timeout: 10_000 }).toBe(0);
    await expect.poll(zombies).toEqual([]);
  });

  it('D18: a service name that is taken stops the start', async () => {
    const { near } = await pair();
    await kept(serveCommand(near.streams, { service: 'cmd', command: 'true' }));
    await expect(
      serveCommand(near.streams, { service: 'cmd', command: 'true' }),
    ).rejects.toMatchObject({ code: 'service-in-use' });
  });

  it('does not stop for a command that reads nothing', async () => {
    const { dial } = await commandMesh(`sh -c 'stty raw -echo; echo ready; exec sleep 1000'`);
    const [deaf, other] = [await dial(), await dial()];
    await readUntil(deaf, /ready/);
    await readUntil(other, /ready/);
    let delivered = 0;
    // more than all buffers on the way take; it waits, and nothing else does
    while (deaf.write(Buffer.alloc(65_536, 'x')) || delivered < 8) delivered += 1;
    const begun = performance.now();
    const third = await dial();
    await readUntil(third, /ready/);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('closes streams beyond its bound, and all of them when it is closed', async () => {
    const { near, far } = await pair();
    const log = new LineLog();
    const service = await serveCommand(far.streams, {
      service: 'cmd',
      command: 'cat',
      log,
      maxSessions: 1,
    });
    const first = await near.streams.dial('far', 'cmd');
    first.write('x\n');
    await readUntil(first, /x\r\n/);
    const second = await near.streams.dial('far', 'cmd');
    await closed(second);
    await log.line(
      /warning command-service cmd: .*stream refused, 1 commands of node near are running/,
    );
    const ended = closed(first);
    await service.close();
    await ended;
    expect(zombies()).toEqual([]);
  });

  it('tells the client of a command that is not there', async () => {
    const { dial } = await commandMesh('/no/such/command');
    expect(await text(await dial())).toMatch(/\/no\/such\/command.*No such file/);
  });

  it.each([
    ['', /no command given/],
    ["cat 'x", /EOF found when expecting closing quote/],
  ])('refuses the command line %j', async (command, message) => {
    const { near } = await pair();
    await expect(serveCommand(near.streams, { service: 'cmd', command })).rejects.toMatchObject({
      code: 'invalid-command',
      message: expect.stringMatching(message) as unknown,
    });
  });
});
