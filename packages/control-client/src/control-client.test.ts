import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ControlClient } from './control-client.js';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that says what it is told to: after the greeting one answer for each line it gets. */
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

  it('never hangs on a reply that does not come, and is closed then', async () => {
    const client = await ControlClient.connect(await scripted([]), { replyTimeoutMs: 30 });
    await expect(client.request('status')).rejects.toMatchObject({ code: 'timeout' });
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

  it('hands the connection on, and serves nothing else then', async () => {
    const client = await ControlClient.connect(await scripted(['Connecting\nhello']));
    const stream = await client.connectService('b', 'echo');
    const [data] = (await once(stream, 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
    await expect(client.request('status')).rejects.toMatchObject({ code: 'closed' });
    client.close();
  });

  it('reports a refused submission and a broken payload', async () => {
    const refused = await ControlClient.connect(await scripted(['ERROR: unknown work type x\n']));
    await expect(refused.submit({ node: 'localhost', workType: 'x' })).rejects.toMatchObject({
      code: 'remote-error',
      message: 'unknown work type x',
    });
    const client = await ControlClient.connect(
      await scripted(['Work unit created with ID abc. Send stdin data and EOF.\n']),
    );
    const submission = await client.openSubmission({ node: 'localhost', workType: 'x' });
    client.close();
    const payload = async function* (): AsyncGenerator<string> {
      yield await Promise.resolve('data');
    };
    await expect(submission.send(payload())).rejects.toMatchObject({ code: 'closed' });
  });
});
