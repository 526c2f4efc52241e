import { listProcesses } from '@receptorjs/process-table';
import { UnitState } from '@receptorjs/control-protocol';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCommandPid, readEnding } from './supervisor-files.js';
import { commandWorkType } from './command-work-type.js';
import { startTestNode, type TestNode } from '../test-node.js';

let folder: string;
let node: TestNode;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'units-'));
  node = await startTestNode(folder, 'a', { cancelGraceMs: 500 });
});
afterEach(async () => {
  for (const [id] of await node.work.list()) {
    await node.work.release(id, { transport: 'unix', force: true });
  }
  await node.close();
  await rm(folder, { recursive: true, force: true });
});

const unix = { transport: 'unix' } as const;

/** Resolves once a file exists and has content. */
async function fileAppears(dir: string, name: string): Promise<string> {
  const path = join(dir, name);
  const watcher = watch(dir);
  try {
    for (;;) {
      const changed = once(watcher, 'change');
      const content = existsSync(path) ? await readFile(path, 'utf8') : '';
      if (content.endsWith('\n')) return content;
      await changed;
    }
  } finally {
    watcher.close();
  }
}

async function isRunning(pid: string): Promise<boolean> {
  return (await listProcesses()).some((entry) => entry.pid === Number(pid));
}

/** The daemon goes without a word and a new one takes its place. */
async function restart(between?: () => Promise<void>): Promise<void> {
  await node.close();
  await between?.();
  node = await startTestNode(folder, 'a', { cancelGraceMs: 500 });
}

describe('a command', () => {
  it.each<[string, string | undefined, string | undefined, string, string]>([
    [
      'sh',
      `-c 'cat; echo "out" "$0"; echo err >&2' 'a b'`,
      undefined,
      'exit status 0',
      'input\nout a b\nerr\n',
    ],
    ['sh', `-c 'exit 3'`, 'exit-status', 'exit status 3', ''],
    ['sh', `-c 'echo why >&2; exit 137'`, 'exit-status', 'exit status 137', 'why\n'],
    ['sh', `-c 'echo x; kill -9 $$'`, 'signal', 'signal: killed', 'x\n'],
    ['sh', `-c 'kill -TERM $$'`, 'signal', 'signal: terminated', ''],
    ['sh', `-c 'open`, 'invalid-arguments', 'EOF found when expecting closing quote', ''],
    [
      'missing',
      undefined,
      'command-not-found',
      'fork/exec /nonexistent/program: no such file or directory',
      '',
    ],
    ['folder', undefined, 'permission-denied', 'fork/exec /: permission denied', ''],
    [
      'unfindable',
      undefined,
      'command-not-found',
      'exec: "no-such-program": executable file not found in $PATH',
      '',
    ],
    [
      'sh',
      `-c 'test "$PWD" = "$0" && pwd >/dev/null' '${process.cwd()}'`,
      undefined,
      'exit status 0',
      '',
    ],
    [
      'sh',
      `-c 'trap "echo got INT" INT; kill -INT $$; echo on'`,
      undefined,
      'exit status 0',
      'got INT\non\n',
    ],
  ])('%s %s', async (workType, params, errorCode, detail, stdout) => {
    const id = await node.submit(workType, params);
    expect(await node.results(id)).toBe(stdout);
    const isStarted = [undefined, 'exit-status', 'signal'].includes(errorCode);
    expect(await node.status(id)).toEqual({
      state: errorCode === undefined ? UnitState.Succeeded : UnitState.Failed,
      detail,
      stdoutSize: BigInt(stdout.length),
      workType,
      extraData: null,
      report: {
        ...(errorCode !== undefined && { errorCode }),
        ...(errorCode !== undefined && stdout !== '' && { lastOutput: stdout.trimEnd() }),
        ...(isStarted && { stdoutSha256: createHash('sha256').update(stdout).digest('hex') }),
      },
    });
  });

  it('shows no last output where results need a signature', async () => {
    node.work.registerWorkType(
      commandWorkType({
        workType: 'signed',
        command: 'sh',
        params: `-c 'echo private; exit 1'`,
        verifySignature: true,
      }),
    );
    const id = await node.submit('signed');
    expect((await node.ended(id)).report).not.toHaveProperty('lastOutput');
  });

  it('keeps its folder as other programs know it', async () => {
    const id = await node.submit('cat');
    await node.ended(id);
    const dir = join(node.unitsDir, id);
    expect(id).toMatch(/^[0-9a-zA-Z]{8}$/);
    expect(await readFile(join(dir, 'status'), 'utf8')).toBe(
      '{"State":2,"Detail":"exit status 0","StdoutSize":6,"WorkType":"cat","ExtraData":null,"StdoutSHA256":"7d3f9b6284c6f36e77b425cac882e8fbbcc97a4727ec20790853076d0f463453"}\n',
    );
    expect(await readFile(join(dir, 'status.lock'), 'utf8')).toBe('');
    expect(await readFile(join(dir, 'stdin'), 'utf8')).toBe('input\n');
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(dir)) {
      expect((await stat(join(dir, name))).mode & 0o777, name).toBe(0o600);
    }
  });

  it('shows the size of its stdout and its process while it runs, and follows results as they come', async () => {
    const id = await node.submit('sh', `-c 'echo one; read line; echo "$line"; exec sleep 1000'`);
    const client = await node.client();
    const results = await client.resultStream(id, { startPos: 2 });
    let seen = '';
    for await (const chunk of results as AsyncIterable<Buffer>) {
      seen += chunk.toString();
      if (seen === 'e\ninput\n') break;
    }
    const { state, detail, stdoutSize, extraData } = await node.status(id);
    expect({ state, stdoutSize }).toEqual({ state: UnitState.Running, stdoutSize: 10n });
    expect(detail).toMatch(/^Running: PID \d+$/);
    expect(extraData).toMatchObject({ Params: expect.stringContaining('read line') as string });
  });

  it('D33: its arguments are not among those of its supervisor', async () => {
    const id = await node.submit('sh', `-c 'echo up; exec sleep 1000' top-secret`);
    const { extraData } = await node.reaches(id, ({ state }) => state === UnitState.Running);
    const { Pid } = extraData as { Pid: number };
    const argv = await readFile(`/proc/${Pid}/cmdline`, 'utf8');
    expect(argv).toContain(id);
    expect(argv).not.toContain('secret');
  });

  it('has the environment of the daemon as it is', async () => {
    const names = ['u', 'code', 'own', 'boot', 'self', 'mask'];
    for (const name of names) process.env[name] = 'kept';
    try {
      const id = await node.submit('sh', `-c 'echo $u $code $own $boot $self $mask'`);
      expect(await node.results(id)).toBe(`${names.map(() => 'kept').join(' ')}\n`);
    } finally {
      for (const name of names) Reflect.deleteProperty(process.env, name);
    }
  });

  it('keeps its exit status until there is room to store it', async () => {
    const id = await node.submit(
      'sh',
      `-c 'echo $$ >"$0/up"; while [ ! -e "$0/go" ]; do sleep 0.01; done; exit 5' '${folder}'`,
    );
    await fileAppears(folder, 'up');
    const dir = join(node.unitsDir, id);
    const pid = (await readFile(join(dir, 'pid'), 'utf8')).trim();
    await mkdir(join(dir, 'exit'));
    await writeFile(join(folder, 'go'), '');
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(
      await node.reaches(id, ({ detail }) => detail === 'ended; its exit status is not stored yet'),
    ).toMatchObject({ state: UnitState.Running });
    await rm(join(dir, 'exit'), { recursive: true });
    expect(await node.ended(id)).toMatchObject({ detail: 'exit status 5' });
  });

  it('gives results from a start beyond the end as an empty stream', async () => {
    const id = await node.submit('cat');
    await node.ended(id);
    const client = await node.client();
    const results = await client.resultStream(id, { startPos: 10n ** 17n });
    results.resume();
    await once(results, 'end');
  });
});

describe('submission', () => {
  it.each([
    [{ workType: 'nonesuch' }, 'unknown work type nonesuch'],
    [{ workType: 'remote' }, 'unknown work type remote'],
    [{ workType: 'cat', params: { params: 'x' } }, 'extra params provided but not allowed'],
    [{ workType: 'cat', ttl: '1m' }, 'ttl option is intended for remote work only'],
    [{ workType: 'cat', signature: 'x' }, 'work type did not expect a signature'],
  ])('D20: %j is refused and leaves nothing', async (request, message) => {
    const client = await node.client();
    await expect(client.submit({ node: 'localhost', ...request })).rejects.toMatchObject({
      code: 'remote-error',
      message,
    });
    expect(await node.work.list()).toEqual([]);
    expect(existsSync(node.unitsDir)).toBe(false);
  });

  it('a broken connection fails the unit, which never starts', async () => {
    const socket = connect({ host: '127.0.0.1', port: node.port, allowHalfOpen: true });
    socket.write('work submit a cat\nhalf of the input');
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    const said = greeting.includes('with ID')
      ? greeting
      : ((await once(socket, 'data')) as [Buffer])[0];
    const id = /ID (\w+)\./.exec(said.toString())?.[1] ?? '';
    const ended = node.ended(id);
    socket.resetAndDestroy();
    expect(await ended).toMatchObject({
      state: UnitState.Failed,
      detail: expect.stringMatching(/^Error reading input data: /) as string,
    });
    expect(existsSync(join(node.unitsDir, id, 'started'))).toBe(false);
  });

  it.each(['..', '.', '../a', 'a/b', '', 'x'.repeat(300), 'nonesuch'])(
    'D19: unit ID %j is unknown and touches nothing',
    async (id) => {
      await expect(node.work.status(id)).rejects.toMatchObject({
        code: 'unknown-unit',
        message: `unknown work unit ${id}`,
      });
      expect((await readdir(folder)).sort()).toEqual(['a.sock', 'data']);
      expect(existsSync(node.unitsDir)).toBe(false);
    },
  );

  it('D19: a folder that appears on disk is found', async () => {
    const id = await node.submit('cat');
    await node.ended(id);
    await cp(join(node.unitsDir, id), join(node.unitsDir, 'copied01'), { recursive: true });
    expect(await node.status('copied01')).toMatchObject({ state: UnitState.Succeeded });
    expect(await node.work.list()).toHaveLength(2);
  });
});

describe('cancel', () => {
  /** A shell with a foreground child that ignores SIGTERM, a child in a group of its own and one in a session. */
  const tree = `-c 'cd "$0"; (echo $$ >shell; setsid sh -c "echo \\$\\$ >session; exec sleep 1000" & \
    sh -c "trap \\"\\" TERM; echo \\$\\$ >stubborn; while :; do sleep 1000; done"); echo survived'`;

  async function startTree(): Promise<{ id: string; pids: string[] }> {
    const work = join(folder, 'work');
    await mkdir(work);
    const id = await node.submit('sh', `${tree} '${work}'`);
    const names = ['shell', 'session', 'stubborn'];
    const pids = await Promise.all(names.map((name) => fileAppears(work, name)));
    return { id, pids: pids.map((pid) => pid.trim()) };
  }

  it('D7: ends the whole tree, asks first and kills in the end, and D4: results end', async () => {
    const { id, pids } = await startTree();
    const results = node.results(id);
    const pending = node.reaches(id, ({ detail }) => detail.startsWith('Cancel pending: '));
    const canceled = node.work.cancel(id, unix);
    expect((await pending).detail).toMatch(/^Cancel pending: asked to end \(Running: PID \d+\)$/);
    expect(await canceled).toBe('done');
    expect(await Promise.all(pids.map((pid) => isRunning(pid)))).toEqual([false, false, false]);
    expect(await node.status(id)).toMatchObject({
      state: UnitState.Canceled,
      detail: 'Canceled',
      extraData: null,
      report: { errorCode: 'canceled' },
    });
    expect(await results).toBe('');
    expect(await node.results(id)).toBe('');
    await restart();
    expect(await node.status(id)).toMatchObject({ state: UnitState.Canceled });
  });

  it('D7: works after a restart, and one that is interrupted goes on', async () => {
    const { id, pids } = await startTree();
    await restart();
    expect(await node.work.cancel(id, unix)).toBe('done');
    expect(await Promise.all(pids.map((pid) => isRunning(pid)))).toEqual([false, false, false]);
    expect(await node.status(id)).toMatchObject({ state: UnitState.Canceled });

    const second = await node.submit('sh', `-c 'exec sleep 1000'`);
    await node.reaches(second, ({ state }) => state === UnitState.Running);
    await restart(() => writeFile(join(node.unitsDir, second, 'cancel'), ''));
    expect(await node.ended(second)).toMatchObject({ state: UnitState.Canceled });
  });

  it('D5: before the end of stdin prevents the start', async () => {
    const client = await node.client();
    const submission = await client.openSubmission({ node: 'a', workType: 'cat' });
    expect(await node.work.cancel(submission.unitId, unix)).toBe('done');
    await expect(submission.send('late')).rejects.toMatchObject({
      code: 'remote-error',
      message: `work unit ${submission.unitId} was canceled before it started`,
    });
    expect(await node.status(submission.unitId)).toMatchObject({ state: UnitState.Canceled });
    expect(existsSync(join(node.unitsDir, submission.unitId, 'supervisor'))).toBe(false);
  });

  it('of an ended unit changes nothing; release removes it', async () => {
    const id = await node.submit('cat');
    await node.ended(id);
    expect(await node.work.cancel(id, unix)).toBe('done');
    expect(await node.status(id)).toMatchObject({ state: UnitState.Succeeded });
    expect(await node.work.release(id, { ...unix, force: false })).toBe('done');
    expect(await readdir(node.unitsDir)).toEqual([]);
    await expect(node.status(id)).rejects.toMatchObject({ code: 'unknown-unit' });
  });

  it('release of a running unit ends it, and its results', async () => {
    const { id, pids } = await startTree();
    const results = node.results(id);
    expect(await node.work.release(id, { ...unix, force: false })).toBe('done');
    expect(await Promise.all(pids.map((pid) => isRunning(pid)))).toEqual([false, false, false]);
    expect(await results).toBe('');
  });

  it('a release that is interrupted goes on after a restart', async () => {
    const id = await node.submit('sh', `-c 'exec sleep 1000'`);
    await node.reaches(id, ({ state }) => state === UnitState.Running);
    const pid = readCommandPid(join(node.unitsDir, id));
    await restart(() => writeFile(join(node.unitsDir, id, 'cancel'), 'release\n'));
    // joins the release that is under way, unless that was faster
    await node.work.release(id, { ...unix, force: false }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'unknown-unit' });
    });
    expect(await readdir(node.unitsDir)).toEqual([]);
    expect(await isRunning(String(pid))).toBe(false);
    expect(await node.work.list()).toEqual([]);
  });

  it('release writes down what it is about before it waits', async () => {
    const { id } = await startTree();
    const releasing = node.work.release(id, { ...unix, force: false });
    await fileAppears(join(node.unitsDir, id), 'cancel');
    expect(readEnding(join(node.unitsDir, id))).toBe('release');
    await releasing;
  });
});

describe('a planted folder', () => {
  it('stops the start before anything is taken up', async () => {
    const id = await node.submit('sh', `-c 'exec sleep 1000'`);
    await node.reaches(id, ({ state }) => state === UnitState.Running);
    await node.close();
    await symlink(join(node.unitsDir, id), join(node.unitsDir, 'planted1'));
    await expect(startTestNode(folder, 'a')).rejects.toMatchObject({
      code: 'unsafe-folder',
      message: expect.stringContaining('planted1 is a link') as unknown,
    });
    await rm(join(node.unitsDir, 'planted1'));
    node = await startTestNode(folder, 'a');
    expect(await node.status(id)).toMatchObject({ state: UnitState.Running });
  });

  it('shows nothing through a link that stands for the output', async () => {
    const id = await node.submit('cat');
    await node.ended(id);
    await rm(join(node.unitsDir, id, 'stdout'));
    await writeFile(join(folder, 'secret'), 'secret');
    await symlink(join(folder, 'secret'), join(node.unitsDir, id, 'stdout'));
    expect(await node.results(id)).toBe('');
    const { signal } = new AbortController();
    const results = await node.work.results(id, 0n, { ...unix, signal });
    await expect(results[Symbol.asyncIterator]().next()).rejects.toThrow('stdout is a link');
  });
});

describe('a restart of the daemon', () => {
  it('adopts a running command, and takes its end as it comes', async () => {
    const id = await node.submit(
      'sh',
      `-c 'echo $$ >"$0/up"; while [ ! -e "$0/go" ]; do sleep 0.01; done; echo done; exit 7' '${folder}'`,
    );
    await fileAppears(folder, 'up');
    await restart();
    expect(await node.status(id)).toMatchObject({ state: UnitState.Running });
    const results = node.results(id);
    await writeFile(join(folder, 'go'), '');
    expect(await results).toBe('done\n');
    expect(await node.status(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'exit status 7',
    });
  });

  it.each([
    ['before the claim was taken', undefined],
    ['after the claim was taken', 'daemon\n'],
  ])('goes on with a cancel that was interrupted %s', async (_when, claim) => {
    const id = await node.submit('sh', `-c 'echo $$ >>"$0/ran"' '${folder}'`);
    await node.ended(id);
    await rm(join(folder, 'ran'));
    await restart(async () => {
      const dir = join(node.unitsDir, id);
      for (const name of ['started', 'pid', 'exit', 'stdout']) await rm(join(dir, name));
      if (claim !== undefined) await writeFile(join(dir, 'started'), claim);
      await writeFile(join(dir, 'cancel'), '');
      await writeFile(
        join(dir, 'status'),
        '{"State":0,"Detail":"Not started yet","StdoutSize":0,"WorkType":"sh","ExtraData":{"Pid":1,"Params":""}}\n',
      );
    });
    expect(await node.ended(id)).toMatchObject({ state: UnitState.Canceled, detail: 'Canceled' });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('leaves a command alone whose supervisor claims the unit just after the restart', async () => {
    const id = await node.submit(
      'sh',
      `-c 'echo $$ >"$0/up"; while [ ! -e "$0/go" ]; do sleep 0.01; done; echo done' '${folder}'`,
    );
    await fileAppears(folder, 'up');
    const dir = join(node.unitsDir, id);
    const claim = await readFile(join(dir, 'started'), 'utf8');
    await restart(async () => {
      // the new daemon finds a claim that is not written yet, so its own supervisor comes second
      await writeFile(join(dir, 'started'), '');
    });
    await writeFile(join(dir, 'started'), claim);
    const results = node.results(id);
    await writeFile(join(folder, 'go'), '');
    expect(await results).toBe('done\n');
    expect(await node.status(id)).toMatchObject({ state: UnitState.Succeeded });
  });

  it('learns how a command ended while there was no daemon', async () => {
    const id = await node.submit(
      'sh',
      `-c 'echo $$ >"$0/up"; while [ ! -e "$0/go" ]; do sleep 0.01; done; echo done; kill -9 $$' '${folder}'`,
    );
    await fileAppears(folder, 'up');
    await restart(async () => {
      await writeFile(join(folder, 'go'), '');
      await fileAppears(join(node.unitsDir, id), 'exit');
    });
    expect(await node.status(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'signal: killed',
      stdoutSize: 5n,
    });
  });

  it('fails what waited for its stdin, and starts what had all of it', async () => {
    const client = await node.client();
    const { unitId } = await client.openSubmission({ node: 'a', workType: 'cat' });
    const ready = await node.submit('sh', `-c 'echo ran'`);
    await node.ended(ready);
    const half = await node.submit('sh', `-c 'echo ran'`);
    await node.ended(half);
    await restart(async () => {
      await writeFile(
        join(node.unitsDir, unitId, 'status'),
        '{"State":0,"Detail":"Waiting for Input Data","StdoutSize":0,"WorkType":"cat","ExtraData":{"Pid":0,"Params":""}}\n',
      );
      // as a daemon leaves a unit when it is killed between storing the script and starting it
      for (const id of [ready, half]) {
        const dir = join(node.unitsDir, id);
        for (const name of ['started', 'pid', 'exit', 'stdout']) await rm(join(dir, name));
        await writeFile(
          join(dir, 'status'),
          '{"State":0,"Detail":"Launching command runner","StdoutSize":0,"WorkType":"sh","ExtraData":{"Pid":0,"Params":""}}\n',
        );
      }
      await truncate(join(node.unitsDir, half, 'supervisor'), 100);
    });
    expect(await node.status(unitId)).toMatchObject({
      state: UnitState.Failed,
      detail: 'Pending at restart',
    });
    expect(await node.status(half)).toMatchObject({ detail: 'Pending at restart' });
    expect(await node.results(ready)).toBe('ran\n');
    expect(await node.status(ready)).toMatchObject({ state: UnitState.Succeeded });
  });

  it('lists units whose type is not configured, and takes them up when it is', async () => {
    await restart(async () => {
      const dir = join(node.unitsDir, 'otherone');
      await mkdir(dir, { recursive: true });
      await writeFile(
        join(dir, 'status'),
        '{"State":2,"Detail":"Finished","StdoutSize":0,"WorkType":"other","ExtraData":{"Pid":1,"Params":"x"}}\n',
      );
      await mkdir(join(node.unitsDir, 'nostatus'));
      await mkdir(join(node.unitsDir, 'unreadab'));
      await writeFile(join(node.unitsDir, 'unreadab', 'status'), '{');
    });
    expect(await node.status('otherone')).toMatchObject({ extraData: 'Unknown WorkType' });
    expect(await node.status('unreadab')).toMatchObject({
      state: UnitState.Failed,
      detail: expect.stringMatching(/^Failed to restart: could not read /) as string,
    });
    expect(await node.work.list()).toHaveLength(2);
    node.work.registerWorkType(commandWorkType({ workType: 'other', command: 'true' }));
    expect(await node.status('otherone')).toMatchObject({ extraData: { Pid: 1, Params: 'x' } });
  });

  it('takes no more submissions of a removed type, and lets its units go on', async () => {
    const id = await node.submit('sh', `-c 'read line; echo done'`);
    node.work.removeType('sh');
    await expect(node.submit('sh', '-c true')).rejects.toThrow('unknown work type sh');
    expect(await node.results(id)).toBe('done\n');
    expect(await node.ended(id)).toMatchObject({ state: UnitState.Succeeded });
    expect(node.work.workCommands().map(({ workType }) => workType)).not.toContain('sh');
  });

  it('refuses a type with its reason, does not advertise it, and lets nobody else at its units', async () => {
    const id = await node.submit('sh', `-c 'echo done'`);
    await node.ended(id);
    node.work.removeType('sh');
    node.work.refuseType('sh', 'sh is refused');
    await expect(node.submit('sh', '-c true')).rejects.toThrow('sh is refused');
    expect(node.work.workCommands().map(({ workType }) => workType)).not.toContain('sh');
    expect(() =>
      node.work.registerWorkType(commandWorkType({ workType: 'sh', command: 'sh' })),
    ).toThrow('work type sh already registered');
    await expect(node.work.release(id, { transport: 'mesh', force: true })).rejects.toThrow(
      'could not verify signature: signature is empty',
    );
    expect(await node.work.release(id, { transport: 'unix', force: false })).toBe('done');
  });

  it('D6: a supervisor whose ID belongs to another process now is not taken for ours', async () => {
    const id = await node.submit('sh', `-c 'exit 0'`);
    await node.ended(id);
    await restart(async () => {
      const dir = join(node.unitsDir, id);
      await rm(join(dir, 'exit'));
      const [, boot] = (await readFile(join(dir, 'started'), 'utf8')).split('\n');
      await writeFile(join(dir, 'started'), `${process.pid}\n${boot ?? ''}\n1 (sh) S 1\n`);
      await writeFile(
        join(dir, 'status'),
        '{"State":1,"Detail":"Running: PID 1","StdoutSize":0,"WorkType":"sh","ExtraData":{"Pid":1,"Params":""}}\n',
      );
    });
    expect(await node.ended(id)).toMatchObject({
      state: UnitState.Failed,
      detail: expect.stringMatching(/^supervisor is gone/) as string,
    });
  });
});

it('a unit that its supervisor can not claim says so, and was not started', async () => {
  const client = await node.client();
  const submission = await client.openSubmission({ node: 'a', workType: 'cat' });
  const { unitId } = submission;
  // can't be created, and leads nowhere
  await symlink(join(folder, 'nowhere', 'x'), join(node.unitsDir, unitId, 'started'));
  await submission.send('input');
  expect(await node.ended(unitId)).toMatchObject({
    state: UnitState.Failed,
    detail: "command was not started, for its supervisor could not write to the unit's folder",
    report: { errorCode: 'start-failed' },
  });
});

describe('a unit whose folder was removed', () => {
  async function startMarked(): Promise<{ id: string; pid: string }> {
    const id = await node.submit('sh', `-c 'echo $$ >"$0/up"; exec sleep 1000' '${folder}'`);
    const pid = (await fileAppears(folder, 'up')).trim();
    await node.reaches(id, ({ state }) => state === UnitState.Running);
    return { id, pid };
  }

  it('ends as Failed, with its processes and its results', async () => {
    const { id, pid } = await startMarked();
    const results = node.results(id);
    const ended = node.ended(id);
    await rm(join(node.unitsDir, id), { recursive: true });
    expect(await ended).toMatchObject({
      state: UnitState.Failed,
      detail:
        'unit folder was removed before it was stored how the command ended; none of its processes is found any more',
      report: { errorCode: 'folder-removed' },
    });
    expect(await isRunning(pid)).toBe(false);
    expect(await results).toBe('');
    expect(await node.work.release(id, { ...unix, force: false })).toBe('done');
    expect(await node.work.list()).toEqual([]);
  });

  it('ends with its processes after a restart of the daemon too', async () => {
    const { id, pid } = await startMarked();
    await restart();
    const ended = node.ended(id);
    await rm(join(node.unitsDir, id), { recursive: true });
    expect(await ended).toMatchObject({ report: { errorCode: 'folder-removed' } });
    expect(await isRunning(pid)).toBe(false);
  });

  it('is released with its processes while it is removed', async () => {
    const { id, pid } = await startMarked();
    await restart();
    const removed = rm(join(node.unitsDir, id), { recursive: true });
    const released = node.work.release(id, { ...unix, force: false });
    await removed;
    expect(await released).toBe('done');
    expect(await isRunning(pid)).toBe(false);
    expect(await readdir(node.unitsDir)).toEqual([]);
  });
});

it('a unit of another boot of the machine ends as that, at once after the restart', async () => {
  const id = await node.submit('sh', `-c 'echo half; exec sleep 1000'`);
  const dir = join(node.unitsDir, id);
  await fileAppears(dir, 'stdout');
  const started = await readFile(join(dir, 'started'), 'utf8');
  const [pid = '', bootId = ''] = started.split('\n');
  await restart(async () => {
    process.kill(Number(pid), 'SIGKILL');
    process.kill(Number(readCommandPid(dir)), 'SIGKILL');
    await writeFile(join(dir, 'started'), started.replace(bootId, 'an-earlier-boot'));
  });
  expect(await node.ended(id)).toMatchObject({
    state: UnitState.Failed,
    detail: `host was rebooted before it was stored how the command ended (boot ID an-earlier-boot, now ${bootId})`,
    report: { errorCode: 'host-rebooted', lastOutput: 'half' },
  });
});

describe('D6: a unit whose supervisor was killed', () => {
  async function killSupervisor(): Promise<{ id: string; command: string; kill: () => void }> {
    const id = await node.submit(
      'sh',
      `-c 'echo $$ >"$0/up"; echo out; exec sleep 1000' '${folder}'`,
    );
    const command = (await fileAppears(folder, 'up')).trim();
    const { extraData } = await node.reaches(id, ({ state }) => state === UnitState.Running);
    const { Pid } = extraData as { Pid: number };
    return { id, command, kill: () => process.kill(Pid, 'SIGKILL') };
  }

  it('ends as Failed with a clear detail, and its command is ended', async () => {
    const { id, command, kill } = await killSupervisor();
    kill();
    expect(await node.ended(id)).toMatchObject({
      state: UnitState.Failed,
      detail: expect.stringMatching(/^supervisor ended \(signal: killed\) before/) as string,
      stdoutSize: 4n,
    });
    expect(await isRunning(command)).toBe(false);
  });

  it('does so too when it was killed after a restart', async () => {
    const { id, command, kill } = await killSupervisor();
    await restart();
    expect(await node.status(id)).toMatchObject({ state: UnitState.Running });
    kill();
    expect(await node.ended(id)).toMatchObject({ state: UnitState.Failed });
    expect(await isRunning(command)).toBe(false);
  });
});
