import { setTimeout as sleep } from 'node:timers/promises';
import { Link, TestIdentities } from '@receptorjs/tooling-quic-conformance';
import { expect, it } from 'vitest';
import type { QuicConnection } from '@receptorjs/quic-engine';
import { loadEngine } from './load-engine.js';

/** Waits for the next time of a connection, and says whether it had waited for an answer in vain. */
async function next(connection: QuicConnection): Promise<boolean> {
  for (let left = connection.timeout(); left !== 0; left = connection.timeout()) {
    if (left === undefined) throw new Error('no time is set');
    await sleep(Math.ceil(left));
  }
  return connection.handleTimeout();
}

it('the time for an acknowledgement is told from one that waited in vain', async () => {
  const identities = new TestIdentities();
  const server = identities.issue('far', { key: 'p256' });
  identities.remove();
  const engine = await loadEngine();
  const { dialler, listener } = await new Link(
    engine.connector({ ca: undefined, identity: undefined }).connect(),
    engine.acceptor(server, { clients: 'unasked', ca: undefined }).accept(),
  ).connect();
  const link = new Link(dialler, listener);
  // Until nothing is under way.
  await link.until(() => Math.min(dialler.timeout() ?? 0, listener.timeout() ?? 0) > 1_000);

  dialler.write(Buffer.from('x'), false);
  const room = Buffer.alloc(1_200);
  listener.receive(room.subarray(0, dialler.send(room)));
  expect(listener.send(room)).toBe(0);
  expect(await next(listener)).toBe(false);
  expect(listener.send(room)).toBeGreaterThan(0);
  // Its acknowledgement is lost.
  expect(await next(dialler)).toBe(true);
  expect(dialler.send(room)).toBeGreaterThan(0);
  link.release();
});
