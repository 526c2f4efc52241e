import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { describe, expect, it } from 'vitest';
import type { MeshStream } from './mesh-stream.js';
import { chain, echo, member } from './testing/test-mesh.js';

describe.each([
  ['to this node', ['a']],
  ['to a neighbor', ['a', 'b']],
  ['over a hop', ['a', 'h', 'b']],
])('a stream %s', (_name, ids) => {
  const open = async (
    service: string,
    onStream: (stream: MeshStream) => void,
  ): Promise<MeshStream> => {
    const { first, last } = await chain(...ids);
    await last.streams.listen(service, {}, onStream);
    return first.streams.dial(last.node.nodeId, service);
  };

  it('carries bytes both ways and names its ends', async () => {
    let accepted: MeshStream | undefined;
    const stream = await open('echo', (each) => {
      accepted = each;
      echo(each);
    });
    stream.end('hello');
    expect(await text(stream)).toBe('hello');
    expect([stream.remoteNode, stream.remoteService]).toEqual([ids.at(-1), 'echo']);
    expect([accepted?.remoteNode, accepted?.remoteService]).toEqual([ids[0], stream.localService]);
    // the neighbor over whose link the dialer is reached
    expect(accepted?.via).toBe(ids.at(-2));
  });

  it('D15: ends one direction and still carries all of the other', async () => {
    const stream = await open('answer', (each) => {
      let asked = '';
      each.on('data', (chunk: Buffer) => (asked += chunk.toString()));
      each.on('end', () => each.end(`${asked}!`.repeat(50_000)));
    });
    stream.end('question');
    expect((await text(stream)).length).toBe('question!'.length * 50_000);
  });

  it('carries megabytes unchanged', async () => {
    const stream = await open('echo', echo);
    const sent = randomBytes(24 << 20);
    stream.end(sent);
    const got = await buffer(stream);
    const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    expect(got.length).toBe(sent.length);
    expect(digest(got)).toBe(digest(sent));
  });

  it('gives what arrives to who pulls it, before and after it is read as a Duplex', async () => {
    const sent = randomBytes(3_000_000);
    const stream = await open('send', (each) => {
      each.on('error', () => undefined);
      each.end(sent);
    });
    const got: Buffer[] = [];
    const memory = Buffer.alloc(100_000);
    let left = 1_000_000;
    const pull = async (): Promise<void> => {
      while (left > 0) {
        const length = stream.readNow(memory.subarray(0, Math.min(left, memory.length)));
        if (length === 0) await new Promise<void>((ready) => stream.whenReadable(ready));
        got.push(Buffer.from(memory.subarray(0, length)));
        left -= length;
      }
    };
    // it is asked for data as a Duplex first, and stays asked
    expect(stream.read()).toBe(null);
    await pull();
    for await (const chunk of stream.iterator({
      destroyOnReturn: false,
    }) as AsyncIterable<Buffer>) {
      got.push(chunk);
      if (got.reduce((bytes, { length }) => bytes + length, 0) > 1_500_000) break;
    }
    left = sent.length - got.reduce((bytes, { length }) => bytes + length, 0);
    await pull();
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    const ended = once(stream, 'end');
    expect(stream.readNow(memory)).toBe(0);
    await ended;
  });

  it('takes what is written at once behind what was written as to a Duplex', async () => {
    const stream = await open('echo', echo);
    const first = randomBytes(2_000_000);
    let rest = randomBytes(500_000);
    const all = Buffer.concat([first, rest]);
    stream.write(first);
    const goOn = (): void => {
      rest = rest.subarray(stream.writeNow(rest));
      if (rest.length > 0) stream.whenWritable(goOn);
      else stream.end();
    };
    goOn();
    expect((await buffer(stream)).equals(all)).toBe(true);
  });

  it('holds a sender back whose peer does not read', async () => {
    let accepted: MeshStream | undefined;
    const stream = await open('hold', (each) => {
      accepted = each.on('error', () => undefined);
    });
    const chunk = Buffer.alloc(1 << 20);
    let taken = 0;
    let idleTurns = 0;
    // The peer holds for good when the stream takes nothing for many turns of the event loop.
    while (idleTurns < 500 && taken < 64) {
      if (stream.writableNeedDrain) {
        idleTurns++;
      } else {
        stream.write(chunk);
        taken++;
        idleTurns = 0;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taken).toBeLessThan(32);
    expect(accepted?.readableLength).toBeLessThan(2 << 20);
    stream.on('error', () => undefined);
    stream.destroy();
  });
});

describe('a dial', () => {
  it('to a service that is not there fails at once with "service unknown"', async () => {
    const { first, last } = await chain('a', 'h', 'b');
    await expect(first.streams.dial(last.node.nodeId, 'nosuch')).rejects.toMatchObject({
      code: 'service-unknown',
      message: 'service unknown',
    });
  });

  it('to a node that is not known fails at once with "no route to node"', async () => {
    const { streams } = member('a');
    await expect(streams.dial('nowhere', 'echo')).rejects.toMatchObject({
      code: 'no-route',
      message: 'no route to node',
    });
  });

  it('ends when its signal fires, before and during', async () => {
    const { first, last } = await chain('a', 'b');
    last.node.openDatagram('mute');
    await expect(
      first.streams.dial('b', 'mute', { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'canceled' });
    const stop = new AbortController();
    const dialed = first.streams.dial('b', 'mute', { signal: stop.signal });
    stop.abort();
    await expect(dialed).rejects.toMatchObject({ code: 'canceled' });
  });

  it('ends at its deadline', async () => {
    const { first, last } = await chain('a', 'b');
    last.node.openDatagram('mute');
    await expect(first.streams.dial('b', 'mute', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'dial-timeout',
    });
  });

  it('refuses names that are none', async () => {
    const { streams } = member('a');
    await expect(streams.dial('a', 'much too long')).rejects.toMatchObject({
      code: 'invalid-service-name',
    });
  });
});

describe('an open stream', () => {
  it('ends with an error after all it received when the peer destroys it', async () => {
    const { first, last } = await chain('a', 'b');
    await last.streams.listen('die', {}, (stream) => {
      stream.on('error', () => undefined);
      stream.write('last words', () => stream.once('data', () => stream.destroy()));
    });
    const stream = await first.streams.dial('b', 'die');
    const [words] = (await once(stream, 'data')) as [Buffer];
    expect(words.toString()).toBe('last words');
    stream.write('go');
    const [error] = (await once(stream, 'error')) as unknown as [Error];
    expect(error).toMatchObject({ code: 'closed-by-peer' });
  });

  it('ends at once when its listener is closed', async () => {
    const { first, last } = await chain('a', 'h', 'b');
    const listener = await last.streams.listen('echo', {}, echo);
    const stream = await first.streams.dial('b', 'echo');
    const ended = once(stream, 'error') as Promise<[Error]>;
    listener.close();
    expect((await ended)[0]).toMatchObject({ code: 'closed-by-peer' });
  });

  it('survives that its link is cut and comes back', async () => {
    const { first, last, all } = await chain('a', 'b');
    await last.streams.listen('echo', {}, echo);
    const stream = await first.streams.dial('b', 'echo');
    stream.on('error', () => undefined);
    stream.write('before');
    await once(stream, 'data');
    const extra = await listenTcp(all[1]!.node, { host: '127.0.0.1', port: 0 });
    const down = once(first.node, 'link-down');
    for (const socket of activeSockets()) socket.destroy();
    await down;
    stream.write('after');
    await dialTcp(first.node, extra.address);
    expect(String(((await once(stream, 'data')) as [Buffer])[0])).toBe('after');
  });
});

function activeSockets(): { destroy(): void }[] {
  return (
    process as unknown as { _getActiveHandles(): { destroy?(): void; remotePort?: number }[] }
  )
    ._getActiveHandles()
    .filter(
      (handle): handle is { destroy(): void; remotePort: number } =>
        handle.remotePort !== undefined && handle.destroy !== undefined,
    );
}
