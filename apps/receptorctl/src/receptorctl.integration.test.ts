import { UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { ControlService, type MeshHandler, type WorkHandler } from '@receptorjs/control-service';
import { commandWorkType, Workceptor } from '@receptorjs/workceptor';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { duplexPair } from 'node:stream';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const app = join(dirname(fileURLToPath(import.meta.url)), '..');
const venv = process.env['RECEPTORJS_VENV'] ?? join(app, '..', '..', '.venv');
const python = join(venv, 'bin', 'receptorctl');
const noPython = !existsSync(python);
if (noPython) console.warn(`skipped: ${python} is not there (the test set-up installs it)`);

let folder: string;
let cli: string;
let socket: string;
let work: Workceptor;
let control: ControlService;
let mesh: MeshHandler;

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(program: string, args: readonly string[], input = ''): Promise<Finished> {
  const env = { ...process.env, RECEPTORCTL_SOCKET: socket };
  const child = spawn(program, args, { env });
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
}
const ours = (args: readonly string[], input?: string): Promise<Finished> =>
  run(process.execPath, [cli, ...args], input);

/** The work of the node, without digests of its output. */
const workWithoutDigests = (): WorkHandler => ({
  submit: (submission, origin) => work.submit(submission, origin),
  list: (unitId) => work.list(unitId),
  status: (unitId) => work.status(unitId),
  watch: (unitId, signal) => work.watch(unitId, signal),
  results: (unitId, startPos, access) => work.results(unitId, startPos, access),
  cancel: (unitId, access) => work.cancel(unitId, access),
  release: (unitId, access) => work.release(unitId, access),
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ctl-'));
  // the app as it is shipped, built for this run
  const tsup = createRequire(import.meta.url).resolve('tsup/dist/cli-default.js');
  await promisify(execFile)(process.execPath, [tsup, '--out-dir', folder], { cwd: app });
  cli = join(folder, 'cli.js');
  work = new Workceptor({ nodeId: 'a', dataDir: join(folder, 'data') });
  work.registerWorkType(commandWorkType({ workType: 'cat', command: 'cat' }));
  work.registerWorkType(
    commandWorkType({ workType: 'sh', command: 'sh', allowRuntimeParams: true }),
  );
  await work.start();
  mesh = {
    status: () => ({
      nodeId: 'a',
      connections: [{ nodeId: 'a-node-with-a-long-name', cost: 1 }],
      knownConnectionCosts: { a: { b: 1, c: 2.5 }, b: {} },
      routingTable: { b: 'b' },
      advertisements: [
        {
          nodeId: 'b',
          service: 'control',
          time: '2026-01-02T03:04:05.678Z',
          connectionType: 1,
          tags: { type: "Bob's" },
          workCommands: [
            { workType: 'cat', secure: false },
            { workType: 'sh', secure: true },
          ],
          cancel: false,
        },
        {
          nodeId: 'c',
          service: 'x',
          time: '2026-01-02T03:04:05Z',
          connectionType: 0,
          tags: null,
          workCommands: null,
          cancel: false,
        },
      ],
    }),
    ping: (target) =>
      target === 'b'
        ? Promise.resolve({ from: 'b', timeNs: 285_713 })
        : Promise.reject(new Error('no route to node')),
    traceroute: async function* () {
      yield await Promise.resolve({ from: 'a', timeNs: 1000 });
      yield { from: 'b', timeNs: 2000, error: new Error('timeout') };
    },
    connect: (_node, service) => {
      const [near, far] = duplexPair();
      if (service === 'control') void control.serve(far, { transport: 'mesh' });
      else far.pipe(far);
      return Promise.resolve(near);
    },
  };
  control = new ControlService({ nodeId: 'a', version: '1.6.9', work, mesh });
  socket = join(folder, 'sock');
  await control.listenUnix(socket);
});
afterAll(async () => {
  for (const [id] of await work.list()) {
    await work.release(id, { transport: 'unix', force: true });
  }
  await work.close();
  await control.close();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(noPython)('beside the Python receptorctl (needs the virtual environment)', () => {
  /** Unit IDs differ from run to run, and each warns about another version. */
  const comparable = ({ code, stdout, stderr }: Finished): Finished => ({
    code,
    stdout: stdout
      .replace(/Unit ID: \w{8}/g, 'Unit ID: X')
      .replace(/\(\w{8}, /g, '(X, ')
      .replace(/receptorctl {2}\S+/, 'receptorctl  X'),
    stderr: stderr.replace(/^Warning: .* different versions.*\n/, '').replace(/\(\w{8}, /g, '(X, '),
  });

  it.each([
    [['status']],
    [['status', '--json']],
    [['ping', 'b', '--count', '2', '--delay', '0']],
    [['ping', 'x', '--count', '2', '--delay', '0']],
    [['traceroute', 'b']],
    [['version']],
    [['reload']],
    [['work', 'list']],
    [['work', 'list', '--unit_id', 'nonesuch']],
    [['work', 'list', '--node', 'a']],
    [['work', 'results', 'nonesuch']],
    [['work', 'submit', 'cat', '-l', 'hello']],
    [['work', 'submit', 'cat', '-l', 'hello', '-f', '--rm']],
    [['work', 'submit', 'cat', '-p', '-', '-f']],
    [['work', 'submit', 'sh', '-n', '-f', '-a', "params=-c 'echo $0; exit 3'", 'word']],
    [['work', 'submit', 'sh', '-n', '-f', '--rm', '-a', "params=-c 'exit 3'"]],
    [['work', 'submit', 'nonesuch', '-n']],
    [['work', 'submit', 'cat', '-n', '--ttl', '1m']],
    [['work', 'submit', 'cat', '-n', '-a', 'node=x']],
    [['work', 'submit', 'cat']],
    [['work', 'submit', 'cat', '-n', '-l', 'x']],
    [['work', 'submit', 'cat', '-n', '--rm']],
    [['work', 'cancel']],
    [['work', 'cancel', 'nonesuch']],
    [['work', 'release']],
    [['work', 'release', 'nonesuch', '--force']],
  ])('%j says the same', async (args) => {
    const theirs = comparable(await run(python, args, 'stdin\n'));
    const same = args[0] === 'traceroute' ? [...args, '--exit-zero'] : args;
    expect(comparable(await ours(same, 'stdin\n'))).toEqual(releaseOnStderr(args, theirs));
  });
});

/** What `work submit --rm` says of the release stands on stderr with ours: stdout is the output of the unit. */
function releaseOnStderr<T extends { stdout: string; stderr: string }>(
  args: readonly string[],
  theirs: T,
): T {
  const [line = ''] = args.includes('--rm') ? (/^\(X, \w+\)\n/m.exec(theirs.stdout) ?? []) : [];
  const warned = /^(?:Warning: .*\n)*/.exec(theirs.stderr)?.[0] ?? '';
  return {
    ...theirs,
    stdout: theirs.stdout.replace(line, ''),
    stderr: warned + line + theirs.stderr.slice(warned.length),
  };
}

describe('receptorctl', () => {
  it('prints JSON where it is asked for', async () => {
    const json = async (args: readonly string[]): Promise<unknown> =>
      JSON.parse((await ours([...args, '--json'])).stdout) as unknown;
    expect(await json(['ping', 'b', '--count', '1'])).toEqual([
      { From: 'b', Success: true, Time: 285713, TimeStr: '285.713µs' },
    ]);
    expect(await json(['traceroute', 'b'])).toMatchObject({ '1': { Error: 'timeout' } });
    expect((await ours(['traceroute', 'b'])).code).toBe(1);
    expect(await json(['version'])).toMatchObject({ receptor: '1.6.9' });
    expect(await json(['reload'])).toMatchObject({ Success: false });
    const { unitid } = (await json(['work', 'submit', 'cat', '-n'])) as { unitid: string };
    expect(await json(['work', 'cancel', unitid])).toEqual({ [unitid]: 'cancelled' });
    expect(await json(['work', 'release', unitid])).toEqual({ [unitid]: 'released' });
  });

  it('prints all of a unit although the node is restarted meanwhile', async () => {
    const path = join(folder, 'restarted');
    const serve = async (): Promise<ControlService> => {
      const service = new ControlService({ nodeId: 'a', version: '1.6.9', mesh, work });
      await service.listenUnix(path);
      return service;
    };
    const before = await serve();
    const job = `-c 'echo one; while [ ! -e "$0/go" ]; do sleep 0.01; done; echo two' '${folder}'`;
    const args = ['--socket', path, 'work', 'submit', 'sh', '-n', '-f', '--rm', '-a'];
    const child = spawn(process.execPath, [cli, ...args, `params=${job}`]);
    const rest = text(child.stdout);
    await once(child.stdout, 'data');
    await before.close();
    const after = await serve();
    await writeFile(join(folder, 'go'), '');
    expect(await rest).toBe('one\ntwo\n');
    await after.close();
  });

  describe('interrupted', () => {
    /** Starts receptorctl; its stdin stays open. */
    const begin = (args: readonly string[]) => {
      const env = { ...process.env, RECEPTORCTL_SOCKET: socket };
      const child = spawn(process.execPath, [cli, ...args], { env });
      child.stdin.on('error', () => undefined);
      const closed = once(child, 'close') as Promise<[number | null, string | null]>;
      // a test may stop to read it
      const stdout = text(child.stdout).catch(() => '');
      return { child, stdout, stderr: text(child.stderr), closed };
    };
    /** The ID of the unit that was made since, once it is as wanted. */
    const unitThat = async (
      before: ReadonlySet<string>,
      wanted: (status: UnitStatus) => boolean,
    ): Promise<string> =>
      vi.waitFor(
        async () => {
          const [unit] = (await work.list()).filter(([id]) => !before.has(id));
          if (!unit || !wanted(unit[1])) throw new Error('not yet');
          return unit[0];
        },
        { timeout: 10_000 },
      );
    const known = async (): Promise<Set<string>> => new Set((await work.list()).map(([id]) => id));
    const sleeper = ['sh', '-n', '-a', "params=-c 'echo up; exec sleep 1000'"];

    it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
      'by %s, with --rm the unit is canceled and released',
      async (signal) => {
        const before = await known();
        const { child, stdout, stderr, closed } = begin([
          'work',
          'submit',
          ...sleeper,
          '-f',
          '--rm',
        ]);
        await once(child.stdout, 'data');
        child.kill(signal);
        expect(await closed).toEqual([null, signal]);
        expect(await stdout).toBe('up\n');
        expect(await stderr).toMatch(/\(\w{8}, released\)\n$/);
        expect(await known()).toEqual(before);
      },
    );

    it('without --rm the unit goes on, and stderr says how to follow and to cancel it', async () => {
      const before = await known();
      const { child, stderr, closed } = begin(['work', 'submit', ...sleeper, '-f']);
      await once(child.stdout, 'data');
      child.kill('SIGINT');
      expect(await closed).toEqual([null, 'SIGINT']);
      const id = await unitThat(before, ({ state }) => state === UnitState.Running);
      expect(await stderr).toMatch(
        new RegExp(
          `Unit ${id} goes on: Running \\(.*\\). To follow it: receptorctl work results ${id}; to cancel it: receptorctl work cancel ${id}\n$`,
        ),
      );
      await work.release(id, { transport: 'unix', force: true });
    });

    it('when nobody reads its output any more, with --rm the unit is released too', async () => {
      const before = await known();
      const lines = ['sh', '-n', '-a', "params=-c 'while echo up; do sleep 0.01; done'"];
      const { child, closed } = begin(['work', 'submit', ...lines, '-f', '--rm']);
      await once(child.stdout, 'data');
      child.stdout.destroy();
      expect(await closed).toEqual([0, null]);
      expect(await known()).toEqual(before);
    });

    it('a reader that goes when it has all of the output is no interruption', async () => {
      const before = await known();
      const go = join(folder, 'read-go');
      const job = [
        'sh',
        '-n',
        '-a',
        `params=-c 'echo all; until [ -e ${go} ]; do sleep 0.05; done'`,
      ];
      const { child, stderr, closed } = begin(['work', 'submit', ...job, '-f']);
      await once(child.stdout, 'data');
      const gone = once(child.stdout, 'close');
      child.stdout.destroy();
      await gone;
      await writeFile(go, '');
      expect(await closed).toEqual([0, null]);
      expect(await stderr).not.toContain('Interrupted');
      const id = await unitThat(before, ({ state }) => state === UnitState.Succeeded);
      await work.release(id, { transport: 'unix', force: false });
    });

    it.each([
      ['SIGINT', 'canceled', UnitState.Canceled, 'Canceled'],
      ['SIGKILL', 'failed', UnitState.Failed, /cut before the end of stdin/],
    ] as const)(
      'while stdin is sent: after %s the unit is %s and never starts',
      async (signal, _what, state, detail) => {
        const before = await known();
        const ran = join(folder, `ran-${signal}`);
        const { child, closed } = begin([
          'work',
          'submit',
          'sh',
          '-p',
          '-',
          '-a',
          `params=-c 'touch ${ran}; cat'`,
        ]);
        child.stdin.write('half of it');
        const stdin = async (id: string): Promise<string> =>
          readFile(join(folder, 'data', 'a', id, 'stdin'), 'utf8');
        const id = await unitThat(before, () => true);
        // the end of the mark is held back, so a few bytes more than those it holds have to be there
        child.stdin.write('x'.repeat(1000));
        await vi.waitFor(async () => expect((await stdin(id)).length).toBeGreaterThan(900), {
          timeout: 10_000,
        });
        child.kill(signal);
        expect(await closed).toEqual([null, signal]);
        await unitThat(before, (status) => status.state === state);
        expect((await work.status(id)).detail).toEqual(
          typeof detail === 'string' ? detail : expect.stringMatching(detail),
        );
        expect(existsSync(ran)).toBe(false);
        await work.release(id, { transport: 'unix', force: true });
      },
    );

    it('a second signal ends it at once', async () => {
      const before = await known();
      const hanging = new ControlService({
        nodeId: 'a',
        version: '1.6.9',
        mesh,
        work: { ...workWithoutDigests(), cancel: () => new Promise(() => undefined) },
      });
      const path = join(folder, 'hanging');
      await hanging.listenUnix(path);
      const { child, stderr, closed } = begin([
        '--socket',
        path,
        'work',
        'submit',
        'cat',
        '-p',
        '-',
        '--rm',
      ]);
      const told = new Promise<void>((resolve) => {
        child.stderr.on('data', (chunk: Buffer) => {
          if (chunk.includes('Interrupted')) resolve();
        });
      });
      const id = await unitThat(before, () => true);
      child.kill('SIGINT');
      await told;
      child.kill('SIGTERM');
      expect(await closed).toEqual([null, 'SIGTERM']);
      expect(await stderr).toContain('Interrupted: the unit is released (again to end at once)\n');
      await work.release(id, { transport: 'unix', force: true });
      await hanging.close();
    });
  });

  it.skipIf(!existsSync('/dev/full'))(
    'fails when its output is not taken (needs /dev/full)',
    async () => {
      const toFull = [`exec "$@" >/dev/full`, 'sh', process.execPath, cli, 'version'];
      const { code, stderr } = await run('/bin/sh', ['-c', ...toFull]);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/could not write the output: .*no space left/) as string,
      });
    },
  );

  it('ends when all of its output is taken, however long that is', async () => {
    const routes = Array.from({ length: 100_000 }, (_, at) => [`node-with-a-name-${at}`, 'b']);
    const routingTable = Object.fromEntries(routes) as Record<string, string>;
    const large = new ControlService({
      nodeId: 'large',
      version: '1.6.9',
      mesh: { ...mesh, status: () => ({ ...mesh.status(), routingTable }) },
    });
    const path = join(folder, 'large');
    await large.listenUnix(path);
    const { code, stdout } = await ours(['--socket', path, 'status', '--json']);
    await large.close();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ RoutingTable: { 'node-with-a-name-99999': 'b' } });
  });

  it('joins stdin and stdout with a service', async () => {
    expect(await ours(['connect', 'b', 'echo'], 'there and back')).toMatchObject({
      code: 0,
      stdout: 'there and back',
    });
  });

  it('watches units until all have ended', async () => {
    const go = join(folder, 'watched-go');
    const script = `while [ ! -e ${go} ]; do sleep 0.05; done; exit 3`;
    const { stdout } = await ours(['work', 'submit', 'sh', '-n', '--json', '--', `-c '${script}'`]);
    const { unitid } = JSON.parse(stdout) as { unitid: string };
    const watched = spawn(process.execPath, [cli, 'work', 'watch', unitid, '--json'], {
      env: { ...process.env, RECEPTORCTL_SOCKET: socket },
    });
    const closed = once(watched, 'close') as Promise<[number]>;
    const lines = createInterface({ input: watched.stdout })[Symbol.asyncIterator]();
    const next = async () => JSON.parse(String((await lines.next()).value)) as object;
    const until = async (state: string): Promise<object> => {
      for (;;) {
        const line = await next();
        if ('StateName' in line && line.StateName === state) return line;
      }
    };
    expect(await until('Running')).toMatchObject({ UnitID: unitid });
    await writeFile(go, '');
    expect(await until('Failed')).toMatchObject({
      UnitID: unitid,
      Detail: 'exit status 3',
      ErrorCode: 'exit-status',
    });
    expect((await closed)[0]).toBe(0);
    const again = await ours(['work', 'watch', unitid]);
    expect(again).toMatchObject({ code: 0, stdout: `${unitid}  Failed  exit status 3\n` });
    expect(await ours(['work', 'watch', 'nonesuch'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('unknown work unit nonesuch') as string,
    });
  });

  describe('results', () => {
    const inputSha256 = 'c67c199595622dfbdc9e415c4a0ad6166eb49cbf74c6aac7bb3e958604d5ecb8';

    const finished = async (): Promise<string> => {
      const { stdout } = await ours(['work', 'submit', 'cat', '-l', '0123456789', '--json']);
      const { unitid } = JSON.parse(stdout) as { unitid: string };
      expect((await ours(['work', 'results', unitid])).stdout).toBe('0123456789\n');
      return unitid;
    };

    it('begin at any byte', async () => {
      const id = await finished();
      const from = (byte: string) => ours(['work', 'results', id, '--startpos', byte]);
      expect(await from('7')).toMatchObject({ code: 0, stdout: '789\n' });
      expect(await from('99')).toMatchObject({ code: 0, stdout: '' });
      expect(await from('-1')).toMatchObject({
        code: 1,
        stderr:
          "ERROR: option '--startpos <byte>' argument '-1' is invalid. It must be a byte from 0 on.\n",
      });
    });

    it('are verified, and what differs is said', async () => {
      const id = await finished();
      expect(await ours(['work', 'results', id, '--verify'])).toEqual({
        code: 0,
        stdout: '0123456789\n',
        stderr: expect.stringContaining(`verified: 11 bytes, SHA-256 ${inputSha256}\n`) as string,
      });
      await appendFile(join(folder, 'data', 'a', id, 'stdout'), 'more');
      const { code, stderr } = await ours(['work', 'results', id, '--verify']);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(
          `ERROR: the output differs: received were 15 bytes, SHA-256 [0-9a-f]{64}; the unit has written 11 bytes, SHA-256 ${inputSha256}\n$`,
        ),
      );
    });

    it('are verified from any byte on, against what was written where the unit ran', async () => {
      const id = await finished();
      const from = (byte: string) => ours(['work', 'results', id, '--verify', '--startpos', byte]);
      expect(await from('7')).toEqual({
        code: 0,
        stdout: '789\n',
        stderr: expect.stringContaining(
          'verified: 4 bytes from byte 7 on, SHA-256 d928266e',
        ) as string,
      });
      expect((await from('99')).stderr).toContain('verified: 0 bytes from byte 11 on');
      const stdout = join(folder, 'data', 'a', id, 'stdout');
      await writeFile(stdout, 'X123456789\n');
      const { code, stderr } = await from('7');
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /ERROR: the output differs: the copy at this node has 11 bytes, SHA-256 [0-9a-f]{64}; the unit has written 11 bytes/,
      );
    });

    it('are lines of JSON, with the status in the end', async () => {
      const id = await finished();
      const { code, stdout } = await ours(['work', 'results', id, '--json', '--startpos', '7']);
      expect(code).toBe(0);
      expect(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual([
        { Position: 7, Text: '789\n' },
        { UnitID: id, Status: expect.objectContaining({ StateName: 'Succeeded' }) as unknown },
      ]);
    });

    it('of a node that knows no digests are not verifiable', async () => {
      const id = await finished();
      const original = new ControlService({
        nodeId: 'old',
        version: '1.6.9',
        mesh,
        work: workWithoutDigests(),
      });
      const path = join(folder, 'original');
      await original.listenUnix(path);
      const { code, stdout, stderr } = await ours([
        ...['--socket', path, 'work', 'results', id, '--verify'],
      ]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '0123456789\n' });
      expect(stderr).toContain('ERROR: not verifiable: old reports no digest\n');
      await original.close();
    });
  });

  describe('at a node that tells no events and ages, as the original', () => {
    let original: ControlService;
    let path: string;
    beforeAll(async () => {
      original = new ControlService({
        nodeId: 'old',
        version: '1.6.9',
        mesh,
        work: workWithoutDigests(),
      });
      path = join(folder, 'asked');
      await original.listenUnix(path);
    });
    afterAll(() => original.close());

    it('work watch asks for the list again and again', async () => {
      const watched = spawn(process.execPath, [cli, '--socket', path, 'work', 'watch', '--json']);
      const lines = createInterface({ input: watched.stdout })[Symbol.asyncIterator]();
      const { stdout } = await ours(['work', 'submit', 'cat', '-l', 'x', '--json']);
      const { unitid } = JSON.parse(stdout) as { unitid: string };
      const until = async (text: string): Promise<void> => {
        while (!String((await lines.next()).value).includes(text));
      };
      await until(`"UnitID":"${unitid}"`);
      await ours(['work', 'release', unitid]);
      await until(`{"Event":"released","UnitID":"${unitid}"}`);
      const closed = once(watched, 'close');
      watched.kill('SIGTERM');
      expect(await closed).toEqual([null, 'SIGTERM']);
    });

    it('top shows links and units, without rates of what is not told', async () => {
      const { code, stdout } = await ours(['--socket', path, 'top', '--interval', '0.1']);
      expect(code).toBe(0);
      expect(stdout).toContain(
        '\na-node-with-a-long-name  1     -           -   -    -         -\n',
      );
      expect(stdout).not.toContain('Rates');
    });

    it('release by age is refused, and by state works', async () => {
      expect(await ours(['--socket', path, 'work', 'release', '--older-than', '1s'])).toMatchObject(
        {
          code: 1,
          stdout: '',
          stderr: expect.stringContaining('does not tell how old its units are') as string,
        },
      );
      const release = ['--socket', path, 'work', 'release', '--state', 'Canceled'];
      expect(await ours(release)).toMatchObject({ code: 0, stdout: 'Released:\n' });
    });
  });

  it('releases all', async () => {
    await ours(['work', 'submit', 'cat', '-n']);
    expect((await ours(['work', 'release', '--all'])).code).toBe(0);
    expect((await ours(['work', 'list', '-q'])).stdout).toBe('');
  });

  it('never hangs on a dead socket', async () => {
    const server = createServer().listen(join(folder, 'dead'));
    await once(server, 'listening');
    const dead = ['--socket', join(folder, 'dead'), '--timeout', '0.2', 'status'];
    expect(await ours(dead)).toMatchObject({ code: 1, stderr: 'ERROR: no answer within 200 ms\n' });
    server.close();
  });

  it.each([
    [['--socket', '/nonexistent', 'status'], 'ERROR: Socket path does not exist: /nonexistent\n'],
    [['nonsense'], "ERROR: unknown command 'nonsense'\n"],
    [['work', 'results'], "ERROR: missing required argument 'unitid'\n"],
    [['--config', 'x', 'status'], 'ERROR: Must specify both config and tlsclient\n'],
  ])('%j fails with one line', async (args, stderr) => {
    expect(await ours(args)).toEqual({ code: 1, stdout: '', stderr });
  });

  it('never hangs on a node that answers nothing', async () => {
    const version = '{"Version":"0.1.0"}\n';
    const silent = createServer((stream) => {
      stream.on('error', () => undefined).write('Receptor Control, node silent\n');
      // the version alone is answered
      stream.on('data', (chunk: Buffer) => {
        if (chunk.includes('"Version"')) stream.write(version);
      });
    }).listen(join(folder, 'silent.sock'));
    await once(silent, 'listening');
    const verbs = [
      ['work', 'list'],
      ['work', 'cancel', 'abcdefgh'],
      ['traceroute', 'far'],
    ];
    const ends = await Promise.all(
      verbs.map((verb) =>
        ours(['--socket', join(folder, 'silent.sock'), '--timeout', '1', ...verb]),
      ),
    );
    for (const { code, stdout, stderr } of ends) {
      expect(code).toBe(1);
      expect(stdout + stderr).toContain('no answer within 1000 ms');
    }
    silent.close();
  }, 30_000);

  it('fails where a verb was left out, and says what was probably meant', async () => {
    for (const words of [[], ['work']])
      expect(await run(process.execPath, [cli, ...words])).toMatchObject({ code: 1 });
    expect(await run(process.execPath, [cli, 'help'])).toMatchObject({ code: 0 });
    const { stderr } = await run(process.execPath, [cli, '--json', 'work', 'list']);
    expect(stderr).toMatch(/--json stands behind the verb/);
    const listed = await run(process.execPath, [cli, 'work', 'list', 'UNIT']);
    expect(listed.stderr).toMatch(/work status UNIT/);
    for (const name of ['--unit-id', '--unit_id'])
      expect((await run(process.execPath, [cli, 'work', 'list', name, 'x'])).stderr).toMatch(
        /unknown work unit x/,
      );
  });

  it('shows its help without a socket', async () => {
    const { code, stdout } = await ours(['work', 'submit', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--payload-literal');
  });
});
