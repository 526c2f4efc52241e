import { Link, TestIdentities, transfer } from '@receptorjs/tooling-quic-conformance';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { QuicConnection, QuicIdentity } from '@receptorjs/quic-engine';
import { loadEngine } from './load-engine.js';

let server: QuicIdentity;
const identities = new TestIdentities();
beforeAll(() => (server = identities.issue('far', { key: 'p256' })));
afterAll(() => identities.remove());

const connected = (from: QuicConnection, to: QuicConnection): Promise<Link> =>
  new Link(from, to).connect();

it('a panic ends the connections of its instance, and a fresh one takes over', async () => {
  const engine = await loadEngine();
  const connector = engine.connector({ ca: undefined, identity: undefined });
  const acceptor = engine.acceptor(server, { clients: 'unasked', ca: undefined });
  const standing = await connected(connector.connect(), acceptor.accept());
  const elsewhere = await connected(
    engine.connector({ ca: undefined, identity: undefined }).connect(),
    acceptor.accept(),
  );

  // The engine does not stand to be called by its own verifier.
  const victim = connector.connect(() => {
    victim.keepAlive();
    return undefined;
  });
  const fatal = new Link(victim, acceptor.accept());
  await fatal.until(() => victim.closed);

  for (const gone of [victim, standing.dialer]) {
    expect(gone.ended && gone.closed).toBe(true);
    expect(gone.end()).toMatchObject({ by: 'local', application: false, code: 1 });
    expect(gone.end()?.reason).toMatch(/^the QUIC engine failed: panicked at .*already/s);
    expect(gone.readable).toBe(false);
    expect(gone.read(Buffer.alloc(10))).toBeUndefined();
    expect(gone.write(Buffer.from('x'), false)).toBe(0);
    expect(gone.write(Buffer.alloc(0), true)).toBe(-1);
    expect(gone.send(Buffer.alloc(1_200))).toBe(0);
    expect(gone.timeout()).toBeUndefined();
    expect(gone.losses()).toEqual({ datagrams: 0, bytes: 0 });
    gone.receive(Buffer.alloc(1_200));
    gone.handleTimeout();
    gone.keepAlive();
    gone.cancel(0);
    gone.close(0, 'late');
    gone.release();
    expect(gone.end()?.reason).toContain('the QUIC engine failed');
  }

  expect(await transfer(elsewhere, elsewhere.dialer, elsewhere.listener, 1_000)).toBe(true);
  const fresh = await connected(connector.connect(), acceptor.accept());
  expect(await transfer(fresh, fresh.dialer, fresh.listener, 100_000)).toBe(true);
});

it('a verifier that throws refuses the peer, and nothing else ends', async () => {
  const engine = await loadEngine();
  const connector = engine.connector({ ca: undefined, identity: undefined });
  const acceptor = engine.acceptor(server, { clients: 'unasked', ca: undefined });
  const link = new Link(
    connector.connect(() => {
      throw new Error('no idea');
    }),
    acceptor.accept(),
  );
  await link.until(() => link.dialer.ended && link.listener.ended);
  const reason = 'the certificates could not be verified: no idea';
  expect(link.dialer.end()).toMatchObject({ by: 'local', code: 0x150, reason });
  expect(link.listener.end()).toMatchObject({ by: 'peer', code: 0x150, reason });
  await connected(connector.connect(), acceptor.accept());
});
