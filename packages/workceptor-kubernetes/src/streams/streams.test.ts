import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClusterApi } from '../cluster/cluster-api.js';
import { ClusterLogin } from '../cluster/login.js';
import { RequestLimit } from '../cluster/request-limit.js';
import { ApiServer } from '../testing/api-server.js';
import type { FakePod } from '../testing/fake-pod.js';
import { ChannelSocket } from '../channels/channel-socket.js';
import { LOG_START, type LogCursor } from '../log/log-cursor.js';
import { readLog, type LogEnd } from '../log/read-log.js';
import { InputLost, sendStdin } from '../channels/send-stdin.js';

let server: ApiServer;
let api: ClusterApi;
let pod: FakePod;
let folder: string;
let ended: AbortController;
let fed: AbortController;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kube-streams-'));
  ended = new AbortController();
  fed = new AbortController();
  server = await ApiServer.start();
  api = new ClusterApi(
    new ClusterLogin({ kind: 'text', text: server.kubeConfig }),
    new RequestLimit(),
  );
  pod = server.add({ metadata: { name: 'p', namespace: 'jobs' } });
  pod.run();
});
afterEach(async () => {
  ended.abort();
  api.close();
  await server.down();
  rmSync(folder, { recursive: true, force: true });
});

const stamp = (n: number): string => `2026-01-02T03:04:05.00000000${n}Z`;

describe('a log', () => {
  let got: string;
  beforeEach(() => {
    got = '';
  });
  const read = (from: LogCursor, follow = true): Promise<LogEnd> =>
    readLog({
      api,
      namespace: 'jobs',
      name: 'p',
      from,
      follow,
      signal: ended.signal,
      onBytes: (pieces) => {
        got += Buffer.concat(pieces).toString();
        return Promise.resolve();
      },
    });

  it('goes on after a cut without a gap or a repeat', async () => {
    pod.print('a\n', stamp(1));
    const first = read(LOG_START);
    await vi.waitUntil(() => got === 'a\n', { interval: 5 });
    pod.print('b\n', stamp(2));
    pod.print('c', stamp(2));
    await vi.waitUntil(() => got === 'a\nb\nc', { interval: 5 });
    pod.cutFollowing();
    const cut = await first;
    expect(cut).toMatchObject({ isWhole: false, hole: undefined });
    pod.print('d\n', stamp(2));
    const second = read(cut.cursor);
    await vi.waitUntil(() => got === 'a\nb\ncd\n', { interval: 5 });
    pod.exit();
    expect(await second).toMatchObject({ isWhole: true, hole: undefined, problem: undefined });
  });

  it('that was rotated while nobody followed shows that lines are missing', async () => {
    pod.print('a\n', stamp(1));
    const { cursor } = await read(LOG_START, false);
    pod.print('lost\n', stamp(2));
    pod.rotate();
    pod.print('b\n', stamp(3));
    expect(await read(cursor, false)).toMatchObject({
      isWhole: true,
      hole: { seconds: expect.closeTo(2e-9, 10) as number },
    });
    expect(got).toBe('a\nb\n');
  });

  it('ends cleanly when the kubelet is restarted, which is no end of the pod', async () => {
    const reading = read(LOG_START);
    await vi.waitUntil(() => pod.followers === 1, { interval: 5 });
    pod.endFollowing();
    expect(await reading).toMatchObject({ isWhole: true });
  });

  it('in whose place the kubelet says something is not whole', async () => {
    server.fail(/log/, 200, { body: 'unable to retrieve container logs for x' });
    expect(await read(LOG_START)).toMatchObject({
      isWhole: false,
      problem: 'unable to retrieve container logs for x',
    });
    expect(got).toBe('');
  });
});

describe('stdin', () => {
  const send = async (bytes: Buffer): Promise<void> => {
    const path = join(folder, 'stdin');
    writeFileSync(path, bytes);
    const { url, login } = await api.attachment('jobs', 'p', ended.signal);
    await sendStdin({ url, login, path, fed: fed.signal, signal: ended.signal });
  };

  it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])(
    'arrives and ends by %s',
    async (protocol) => {
      server.protocol = protocol;
      const bytes = Buffer.alloc(300_000, 'stdin ');
      await send(bytes);
      expect((await pod.stdin).equals(bytes)).toBe(true);
      expect(pod.sockets.size).toBe(protocol.startsWith('v5') ? 1 : 0);
    },
  );

  it('is sent by a connection that ends once the worker is known to have it', async () => {
    await send(Buffer.from('x'));
    expect(pod.sockets.size).toBe(1);
    fed.abort();
    await vi.waitUntil(() => pod.sockets.size === 0, { interval: 1 });
  });

  it('that nobody wants any more is not sent to its end', async () => {
    fed.abort();
    await send(Buffer.alloc(64 * 2 ** 20));
    pod.exit();
  });

  it('that is empty ends at once', async () => {
    await send(Buffer.alloc(0));
    expect(await pod.stdin).toHaveLength(0);
  });

  it('which is cut is lost, and not sent again', async () => {
    const sending = send(Buffer.alloc(64 * 2 ** 20));
    await vi.waitUntil(() => pod.sockets.size === 1, { interval: 1 });
    for (const socket of pod.sockets) socket.terminate();
    await expect(sending).rejects.toBeInstanceOf(InputLost);
  });

  it('for a pod that has ended is lost, although the connection stood', async () => {
    pod.exit();
    await expect(send(Buffer.from('x'))).rejects.toMatchObject({
      name: 'InputLost',
      message: 'container not running',
    });
  });

  it('that a proxy refuses shows nothing of the login', async () => {
    server.fail(/attach/, 502, {
      body: `${'x'.repeat(190)} Authorization: Bearer ${server.token}`,
    });
    await expect(send(Buffer.from('x'))).rejects.toMatchObject({
      code: 'server',
      message: expect.not.stringMatching(/hu/) as string,
    });
  });

  it('whose login is not known any more has another one the next time', async () => {
    const before = await api.attachment('jobs', 'p', ended.signal);
    server.refuse(/attach/, 401, 'Unauthorized', 'expired');
    await expect(send(Buffer.from('x'))).rejects.toMatchObject({ code: 'unauthorized' });
    const after = await api.attachment('jobs', 'p', ended.signal);
    expect(after.login).not.toBe(before.login);
  });

  it('that nobody let in may be tried again; a role that lacks a verb is told which', async () => {
    server.refuse(/attach/, 403, 'Forbidden', 'pods "p" is forbidden');
    await expect(send(Buffer.from('x'))).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('needs the verb get on pods/attach') as string,
    });
    server.fail(/attach/, 500, { body: 'no' });
    await expect(send(Buffer.from('x'))).rejects.toMatchObject({ code: 'server' });
    await send(Buffer.from('x'));
    expect((await pod.stdin).toString()).toBe('x');
  });
});

describe('a connection to a container', () => {
  it('that was refused may be ended before it is closed', async () => {
    server.refuse(/\/attach/, 500, 'InternalError', 'no');
    const { url, login } = await api.attachment('jobs', 'p', ended.signal);
    const opening = ChannelSocket.open(url, login, { what: 'attach', signal: ended.signal });
    const ending = opening.catch(async (error: unknown) => {
      // in some turns it is terminated; it is closed in none of them
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      // what a listener throws ends the process, and fails the run of the tests
      ended.abort();
      return error;
    });
    await expect(ending).resolves.toMatchObject({ code: 'server' });
  });
});
