import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openControlSocket, parseControlAddress } from './connection/address.js';
import { ControlClient } from './control-client.js';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that says what the test gives it: after the greeting one answer for each line it gets. */
async function scripted(
  answers: string[],
  greeting = 'Receptor Control, node b\n',
): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    closers.push(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.write(greeting);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      while (text.includes('\n')) {
        text = text.slice(text.indexOf('\n') + 1);
        socket.write(answers.shift() ?? '');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  closers.push(() => server.close());
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('ControlClient', () => {
  it('reads no reply with more values than allowed', async () => {
    const address = await scripted([`[${'[],'.repeat(20)}[]]\n`, '[[]]\n']);
    const client = await ControlClient.connect(address, { maxReplyValues: 20 });
    closers.push(() => client.close());
    await expect(client.request('status')).rejects.toMatchObject({ code: 'protocol' });
    expect(await client.request('status')).toEqual([[]]);
  });

  it('asks for the statuses of many units in one round trip, and leaves out those that are unknown', async () => {
    const ids = Array.from({ length: 100 }, (_, at) => `u${at}`);
    const answers = ids.map(
      (id) => `{"State":1,"Detail":"${id}","StdoutSize":0,"WorkType":"sh"}\n`,
    );
    answers[7] = 'ERROR: unknown work unit u7\n';
    // nothing is answered before the last question
    const held = [...ids.slice(1).map(() => ''), answers.join('')];
    const client = await ControlClient.connect(await scripted([...held, '{"a":1}\n']));
    closers.push(() => client.close());
    const statuses = await client.workStatuses(ids, { timeoutMs: 5_000 });
    expect([...statuses.keys()]).toEqual(ids.filter((id) => id !== 'u7'));
    expect(statuses.get('u99')).toMatchObject({ detail: 'u99' });
    expect(await client.request('one')).toEqual({ a: 1 });
    expect(await client.workStatuses([])).toEqual(new Map());
  });

  it('reads no further reply out of step after a broken one among several', async () => {
    const answers = ['', '{"State":\n{"a":1}\n', '{"b":2}\n'];
    const client = await ControlClient.connect(await scripted(answers));
    closers.push(() => client.close());
    await expect(client.workStatuses(['u1', 'u2'])).rejects.toMatchObject({ code: 'protocol' });
    // over a connection of its own
    expect(await client.request('one')).toEqual({ b: 2 });
  });

  it('answers requests in order and stays usable after an error', async () => {
    const client = await ControlClient.connect(
      await scripted([
        'ERROR: no such thing\n',
        '{"a":1}\n',
        '{"Error":"timeout","Success":false}\n',
      ]),
    );
    expect(await client.nodeId()).toBe('b');
    const replies = await Promise.allSettled([
      client.request('one'),
      client.request('two'),
      client.ping('x'),
    ]);
    expect(replies).toMatchObject([
      { reason: { code: 'remote-error', message: 'no such thing' } },
      { value: { a: 1 } },
      { value: { success: false, error: 'timeout' } },
    ]);
    client.close();
  });

  it.each([
    ['', { code: 'timeout' }],
    ['SSH-2.0\n', { code: 'protocol' }],
  ])('never hangs on a greeting like %j', async (greeting, error) => {
    const address = await scripted([], greeting);
    await expect(ControlClient.connect(address, { timeoutMs: 50 })).rejects.toMatchObject(error);
  });

  it('never hangs on a reply that does not come; the next request has a connection of its own', async () => {
    const answers: string[] = [];
    const client = await ControlClient.connect(await scripted(answers), { replyTimeoutMs: 30 });
    await expect(client.request('status')).rejects.toMatchObject({ code: 'timeout' });
    answers.push('{}\n');
    expect(await client.request('status', { timeoutMs: 5_000 })).toEqual({});
    client.close();
    await expect(client.request('status')).rejects.toMatchObject({ code: 'closed' });
  });

  it('gives up when its caller does', async () => {
    const client = await ControlClient.connect(await scripted([]));
    const abort = new AbortController();
    const reply = client.request('status', { signal: abort.signal });
    abort.abort();
    await expect(reply).rejects.toMatchObject({ code: 'aborted' });
  });

  it('says why it can not connect', async () => {
    await expect(ControlClient.connect('/nonexistent/sock')).rejects.toMatchObject({
      code: 'connect-failed',
      message: 'Socket path does not exist: /nonexistent/sock',
    });
  });

  it('refuses a request that would be two', async () => {
    const client = await ControlClient.connect(await scripted([]));
    await expect(client.request('a\nb')).rejects.toMatchObject({ code: 'protocol' });
    client.close();
  });

  it('takes the node it was promised, and no other', async () => {
    const address = await scripted(['{}\n']);
    const client = await ControlClient.connect(address, { expectNode: 'b' });
    expect(await client.status()).toEqual({});
    client.close();
    await expect(ControlClient.connect(address, { expectNode: 'c' })).rejects.toMatchObject({
      code: 'protocol',
    });
  });

  it('hands the connection on, and opens another for what comes then', async () => {
    const client = await ControlClient.connect(await scripted(['Connecting\nhello', '{}\n']));
    const stream = await client.connectService('b', 'echo');
    const [data] = (await once(stream, 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
    expect(await client.status()).toEqual({});
    expect(stream.destroyed).toBe(false);
    client.close();
    expect(stream.destroyed).toBe(true);
  });

  it('with one stream only, it says why it serves nothing else once that is handed on', async () => {
    const address = parseControlAddress(await scripted(['Connecting\n']));
    const client = ControlClient.over(await openControlSocket(address));
    await client.connectService('b', 'echo');
    await expect(client.request('status')).rejects.toMatchObject({
      code: 'closed',
      message: expect.stringMatching(
        /^the connection was handed on to an earlier request/,
      ) as string,
    });
    client.close();
  });

  it('requests made at once with one that keeps its connection are answered in their order', async () => {
    const client = await ControlClient.connect(await scripted(['{"a":1}\n', 'Connecting\n']));
    const [reply] = await Promise.all([client.request('one'), client.connectService('b', 'echo')]);
    expect(reply).toEqual({ a: 1 });
    client.close();
  });

  it('opens a connection anew when its node has ended the idle one', async () => {
    const sockets: Socket[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      socket.write('Receptor Control, node b\n');
      socket.on('data', () => socket.write('{}\n'));
    });
    server.listen(0, '127.0.0.1');
    closers.push(() => server.close());
    await once(server, 'listening');
    const address = {
      kind: 'tcp',
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
    } as const;
    const opened: Socket[] = [];
    const client = ControlClient.through(async () => {
      const socket = await openControlSocket(address);
      opened.push(socket);
      return socket;
    });
    expect(await client.status()).toEqual({});
    const [first] = opened;
    if (!first) throw new Error('no connection was opened');
    sockets[0]?.end();
    await once(first, 'end');
    expect(await client.status()).toEqual({});
    expect(opened).toHaveLength(2);
    client.close();
    for (const socket of sockets) socket.destroy();
  });

  it('through a function, opens the first connection with the first request', async () => {
    const address = parseControlAddress(await scripted(['{}\n']));
    const open = vi.fn(() => openControlSocket(address));
    const client = ControlClient.through(open);
    expect(open).not.toHaveBeenCalled();
    expect(await client.status()).toEqual({});
    expect(open).toHaveBeenCalledOnce();
    client.close();
  });

  it('reports a refused submission and a broken payload', async () => {
    const refused = await ControlClient.connect(
      await scripted(['ERROR: Unknown command\n', 'ERROR: unknown work type x\n']),
    );
    await expect(refused.submit({ node: 'localhost', workType: 'x' })).rejects.toMatchObject({
      code: 'remote-error',
      message: 'unknown work type x',
    });
    const client = await ControlClient.connect(
      await scripted([
        'ERROR: Unknown command\n',
        'Work unit created with ID abc. Send stdin data and EOF.\n',
      ]),
    );
    const submission = await client.openSubmission({ node: 'localhost', workType: 'x' });
    client.close();
    const payload = async function* (): AsyncGenerator<string> {
      yield await Promise.resolve('data');
    };
    await expect(submission.send(payload())).rejects.toMatchObject({ code: 'closed' });
  });
});
