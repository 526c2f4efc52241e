import { Link, TestIdentities } from '@receptorjs/tooling-quic-conformance';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { QuicConnection } from '@receptorjs/quic-engine';
import { loadEngine } from './load-engine.js';

/** How far the engine's clock is ahead, in milliseconds. */
let ahead = 0;
const now = performance.now.bind(performance);
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
});
afterEach(() => vi.restoreAllMocks());

/** Goes on to the next time of a connection, and says whether it had waited for an answer in vain. */
function next(connection: QuicConnection): boolean {
  for (let left = connection.timeout(); left !== 0; left = connection.timeout()) {
    if (left === undefined) throw new Error('no time is set');
    ahead += left;
  }
  return connection.handleTimeout();
}

it('the time for an acknowledgement is distinguished from one that waited in vain', async () => {
  const identities = new TestIdentities();
  const server = identities.issue('far', { key: 'p256' });
  identities.remove();
  const engine = await loadEngine();
  const { dialer, listener } = await new Link(
    engine.connector({ ca: undefined, identity: undefined }).connect(),
    engine.acceptor(server, { clients: 'unasked', ca: undefined }).accept(),
  ).connect();
  const link = new Link(dialer, listener);
  // Until nothing is under way.
  await link.until(() => Math.min(dialer.timeout() ?? 0, listener.timeout() ?? 0) > 1_000);

  const room = Buffer.alloc(1_200);
  const say = (): number => {
    dialer.write(Buffer.from('x'), false);
    listener.receive(room.subarray(0, dialer.send(room)));
    return listener.send(room);
  };
  // Now and then a packet's number is left out on purpose: what comes after that is acknowledged at once.
  let length = say();
  for (let tries = 0; length > 0 && tries < 5; tries++) {
    dialer.receive(room.subarray(0, length));
    length = say();
  }
  expect(length).toBe(0);
  expect(next(listener)).toBe(false);
  expect(listener.send(room)).toBeGreaterThan(0);
  // Its acknowledgement is lost.
  expect(next(dialer)).toBe(true);
  expect(dialer.send(room)).toBeGreaterThan(0);
  link.release();
}, 60_000);
