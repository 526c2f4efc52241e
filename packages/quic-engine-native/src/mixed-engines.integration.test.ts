import { once } from 'node:events';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { loadEngine as loadWasm } from '@receptorjs/quic-engine-wasm';
import {
  describeManyConnections,
  Link,
  TestIdentities,
  transfer,
} from '@receptorjs/tooling-quic-conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuicEngine } from '@receptorjs/quic-engine';
import { loadEngine } from './load-engine.js';

const engines = new Map<string, QuicEngine>();
const identities = new TestIdentities();
beforeAll(async () => {
  engines.set('native', await loadEngine());
  engines.set('wasm', await loadWasm());
});
afterAll(() => identities.remove());

function engine(name: string): QuicEngine {
  const found = engines.get(name);
  if (found === undefined) throw new Error(`there is no engine ${name}`);
  return found;
}

describe.each([
  ['native', 'wasm'],
  ['wasm', 'native'],
])('a dialer of %s and a listener of %s', (near, far) => {
  it('know each other by their certificates and carry bytes both ways', async () => {
    const ca = identities.authority();
    const identity = identities.issue('near');
    const dialer = engine(near).connector({ ca, identity }).connect();
    const listener = engine(far)
      .acceptor(identities.issue('far'), { clients: 'required', ca })
      .accept();
    const link = await new Link(dialer, listener, { loss: 0.01, late: 0.05 }).connect();
    // More than the 100,000 packets after which keys change.
    link.way = { size: () => 1_200 };
    expect(await transfer(link, dialer, listener, 130_000_000)).toBe(true);
    link.way = { loss: 0.01 };
    expect(await transfer(link, listener, dialer, 20_000_000)).toBe(true);
    await link.until(() => dialer.streamDone() && listener.streamDone());
    link.release();
  }, 120_000);

  it('send each other in words why one is refused', async () => {
    const verifier = (): { alert: number; message: string } => ({ alert: 42, message: 'not you' });
    const dialer = engine(near).connector({ ca: undefined, identity: undefined }).connect(verifier);
    const listener = engine(far)
      .acceptor(identities.issue('far'), { clients: 'unasked', ca: undefined })
      .accept();
    const link = new Link(dialer, listener);
    await link.until(() => dialer.ended && listener.ended);
    expect(dialer.end()).toMatchObject({ by: 'local', code: 0x12a, reason: 'not you' });
    expect(listener.end()).toMatchObject({ by: 'peer', code: 0x12a, reason: 'not you' });
    link.release();
  });

  it('carry a stream of a mesh', async () => {
    const [a, b] = [new MeshNode({ nodeId: 'a' }), new MeshNode({ nodeId: 'b' })];
    const [dials, listens] = [
      new StreamHost(a, { engine: engine(near) }),
      new StreamHost(b, { engine: engine(far) }),
    ];
    try {
      await dialTcp(a, (await listenTcp(b, { host: '127.0.0.1', port: 0 })).address);
      while (!a.isReachable('b')) await once(a, 'route');
      await listens.listen('echo', {}, (stream) => void stream.pipe(stream));
      const stream = await dials.dial('b', 'echo');
      const size = 5_000_000;
      stream.end(Buffer.alloc(size, 7));
      let got = 0;
      for await (const chunk of stream) got += (chunk as Buffer).length;
      expect(got).toBe(size);
    } finally {
      await Promise.all([dials.close(), listens.close()]);
      await Promise.all([a.close(), b.close()]);
    }
  });
});

describeManyConnections('native', () => loadEngine(), 10_000);
describeManyConnections('in WebAssembly', () => loadWasm(), 10_000);
