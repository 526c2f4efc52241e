import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuicConnection, QuicEngine } from '@receptorjs/quic-engine';
import { insecureIdentity, isInsecureIdentity } from '../tls/insecure-identity.js';
import type { MeshStream } from '../mesh-stream.js';
import { loadQuicEngine } from '../choose-engine.js';
import { changedEngine } from '../testing/test-engine.js';
import { chain, echo, join, member, reach } from '../testing/test-mesh.js';

/** An engine whose connections fall silent from some moment on, as if their process were gone. */
function mortalEngine(engine: QuicEngine): { engine: QuicEngine; die: () => void } {
  let dead = false;
  const mortal = (connection: QuicConnection): QuicConnection => {
    const send = connection.send.bind(connection);
    connection.send = (room) => (dead ? 0 : send(room));
    const closed = (): boolean => dead || connection.ended;
    return Object.defineProperty(connection, 'closed', { get: closed });
  };
  return {
    die: () => (dead = true),
    engine: changedEngine(engine, { dialed: mortal, accepted: mortal }),
  };
}

/** An engine whose connections send nothing from some moment on, and live. */
function mutableEngine(engine: QuicEngine): { engine: QuicEngine; mute: () => void } {
  let muted = false;
  const mutable = (connection: QuicConnection): QuicConnection => {
    const send = connection.send.bind(connection);
    connection.send = (room) => (muted ? 0 : send(room));
    return connection;
  };
  return {
    mute: () => (muted = true),
    engine: changedEngine(engine, { dialed: mutable, accepted: mutable }),
  };
}

const failure = async (stream: MeshStream): Promise<unknown> => {
  const [error] = (await once(stream, 'error')) as unknown[];
  return error;
};

describe('an open stream ends at once', () => {
  it('when the node at the other end is started anew', async () => {
    const { engine, die } = mortalEngine(await loadQuicEngine());
    // whose late acknowledgement the new node could answer before the news of it is here
    const { engine: nearEngine, mute } = mutableEngine(await loadQuicEngine());
    const [near, hop] = [member('near', { engine: nearEngine }), member('hop')];
    const far = member('far', { engine });
    await join(near, hop);
    await join(far, hop);
    await Promise.all([reach(near, 'far'), reach(far, 'near')]);
    await far.streams.listen('echo', {}, echo);
    const stream = await near.streams.dial('far', 'echo');
    stream.write('x');
    await once(stream, 'data');
    const ended = failure(stream);
    mute();
    die();
    await far.node.close();
    await join(member('far'), hop);
    expect(await ended).toMatchObject({ code: 'peer-restarted' });
  });

  it('when the node of a dialer is started anew', async () => {
    const { engine, die } = mortalEngine(await loadQuicEngine());
    const { last } = await chain('a', 'b');
    const dialer = member('c', { engine });
    await join(dialer, last);
    await Promise.all([reach(dialer, 'b'), reach(last, 'c')]);
    let accepted: MeshStream | undefined;
    await last.streams.listen('hold', {}, (stream) => {
      accepted = stream;
      stream.resume();
    });
    const stream = await dialer.streams.dial('b', 'hold');
    stream.on('error', () => undefined);
    stream.write('x');
    await expect.poll(() => accepted).toBeDefined();
    die();
    await dialer.node.close();
    const ended = failure(accepted!);
    await join(member('c'), last);
    accepted?.write('anyone?');
    expect(await ended).toMatchObject({ code: 'peer-restarted' });
  });

  it('but not while its handshake goes on, which can overtake the update of the start', async () => {
    const engine = await loadQuicEngine();
    const restarts: Promise<void>[] = [];
    const far = member('far', {
      engine: changedEngine(engine, {
        accepted: (connection) => {
          restarts.push(Promise.resolve().then(() => void far.node.emit('node-restarted', 'near')));
          return connection;
        },
      }),
    });
    const near = member('near');
    await join(near, far);
    await reach(near, 'far');
    await far.streams.listen('echo', {}, echo);
    const stream = await near.streams.dial('far', 'echo', { timeoutMs: 2_000 });
    stream.end('x');
    expect(String((await once(stream, 'data'))[0])).toBe('x');
    expect(restarts).toHaveLength(1);
  });

  it('when the service of a dialer is gone while its node stays', async () => {
    const { engine, die } = mortalEngine(await loadQuicEngine());
    const { last } = await chain('a', 'b');
    const dialer = member('c', { engine });
    await join(dialer, last);
    await Promise.all([reach(dialer, 'b'), reach(last, 'c')]);
    let accepted: MeshStream | undefined;
    await last.streams.listen('hold', {}, (stream) => (accepted = stream.resume()));
    const stream = await dialer.streams.dial('b', 'hold');
    stream.on('error', () => undefined);
    stream.write('x');
    await expect.poll(() => accepted).toBeDefined();
    die();
    stream.write('y');
    const ended = failure(accepted!);
    await expect.poll(() => dialer.node.openServices).toBe(0);
    accepted?.write('anyone?');
    expect(await ended).toMatchObject({ code: 'service-gone' });
  });

  it('when a listener gets what belongs to no stream it has', async () => {
    const { first, last } = await chain('a', 'b');
    await last.streams.listen('echo', {}, echo);
    const socket = first.node.openDatagram();
    const notice = once(socket, 'unreachable');
    socket.send('b', 'echo', Buffer.concat([Buffer.from([0x40]), randomBytes(40)]));
    expect((await notice)[0]).toMatchObject({ problem: 'service unknown', toService: 'echo' });
  });

  it('when its own node is closed', async () => {
    const { first, last } = await chain('a', 'b');
    await last.streams.listen('echo', {}, echo);
    const stream = await first.streams.dial('b', 'echo');
    const ended = failure(stream);
    await first.streams.close();
    expect(await ended).toMatchObject({ code: 'host-closed' });
    await expect(first.streams.dial('b', 'echo')).rejects.toMatchObject({ code: 'host-closed' });
  });
});

describe('a finished stream', () => {
  it('leaves nothing behind at either end', async () => {
    const { first, last } = await chain('a', 'b');
    await last.streams.listen('echo', {}, echo);
    const before = first.node.openServices;
    for (let count = 0; count < 20; count++) {
      const stream = await first.streams.dial('b', 'echo');
      stream.end('bye');
      const closed = once(stream, 'close');
      stream.resume();
      await closed;
    }
    await expect.poll(() => first.node.openServices, { timeout: 10_000 }).toBe(before);
  });

  it('is forgotten when the peer has closed it, however long QUIC would still wait', async () => {
    const engine = await loadQuicEngine();
    const far = member('far', {
      engine: changedEngine(engine, {
        accepted: (connection) => Object.defineProperty(connection, 'closed', { value: false }),
      }),
    });
    const near = member('near');
    await join(near, far);
    await Promise.all([reach(near, 'far'), reach(far, 'near')]);
    const listener = await far.streams.listen('echo', {}, echo);
    const stream = await near.streams.dial('far', 'echo');
    stream.on('error', () => undefined);
    stream.write('x');
    await once(stream, 'data');
    stream.destroy();
    expect(stream.maxDatagram).toBe(0);
    await expect.poll(() => [...listener.connections].length).toBe(0);
  });

  it('whose reader is slow still gets everything, though the peer has long closed', async () => {
    const { first, last } = await chain('a', 'b');
    const size = 3 << 20;
    const given = new EventEmitter();
    const closed = once(given, 'closed');
    await last.streams.listen('give', {}, (stream) => {
      stream.on('error', () => undefined);
      stream.on('close', () => given.emit('closed'));
      stream.resume();
      stream.end(Buffer.alloc(size, 1));
    });
    const stream = await first.streams.dial('b', 'give');
    stream.end();
    await closed;
    let got = 0;
    for await (const chunk of stream) {
      got += (chunk as Buffer).length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(got).toBe(size);
  });
});

describe('an insecure identity', () => {
  it('is recognised by its name alone', () => {
    const { certificate } = insecureIdentity(Date.now());
    const der = Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    expect(isInsecureIdentity([der])).toBe(true);
    expect(isInsecureIdentity([])).toBe(false);
    expect(isInsecureIdentity([Buffer.from('nonsense')])).toBe(false);
    const other = Buffer.from(der.toString('latin1').replaceAll('insecure', 'thesafer'), 'latin1');
    expect(isInsecureIdentity([other])).toBe(false);
  });

  it('is the only one a dialer without TLS takes', async () => {
    const engine = await loadQuicEngine();
    const { certificate, key } = insecureIdentity(Date.now());
    const der = Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const other = Buffer.from(der.toString('latin1').replaceAll('insecure', 'thesafer'), 'latin1');
    const named = `-----BEGIN CERTIFICATE-----\n${other.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const acceptor = engine.acceptor(
      { certificate: named, key },
      { clients: 'unasked', ca: undefined },
    );
    const { first, last } = await chain('a', 'b');
    const secure = member('s', {
      engine: {
        ...changedEngine(engine, {}),
        acceptor: () => acceptor,
      },
    });
    await join(secure, last);
    await Promise.all([reach(first, 's'), reach(secure, 'a')]);
    await secure.streams.listen('echo', {}, echo);
    await expect(first.streams.dial('s', 'echo')).rejects.toMatchObject({
      code: 'handshake-failed',
      message: 'CRYPTO_ERROR 0x12a (local): insecure connection to secure service',
    });
  });
});

describe('any mix of pieces', () => {
  it('arrives as it was sent, in both directions', async () => {
    const { first, last } = await chain('a', 'b');
    await last.streams.listen('echo', {}, echo);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.nat(100), fc.nat(300_000)), { maxLength: 12 }),
        fc.boolean(),
        async (sizes, pauses) => {
          const stream = await first.streams.dial('b', 'echo');
          const pieces = sizes.map((size) => randomBytes(size));
          const got: Buffer[] = [];
          const ended = once(stream, 'end');
          stream.on('data', (chunk: Buffer) => {
            got.push(chunk);
            if (!pauses) return;
            stream.pause();
            setImmediate(() => stream.resume());
          });
          for (const piece of pieces) stream.write(piece);
          stream.end();
          await ended;
          expect(Buffer.concat(got).equals(Buffer.concat(pieces))).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });
});
