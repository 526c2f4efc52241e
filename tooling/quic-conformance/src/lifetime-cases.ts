import { beforeAll, expect, it } from 'vitest';
import { MIN_DATAGRAM, type QuicIdentity } from '@receptorjs/quic-engine';
import type { Subject } from './subject.js';
import { makeLink } from './ends.js';
import { Link } from './link.js';
import { openStream, transfer } from './transfer.js';

/** How connections last and end. */
export function lifetimeCases(subject: Subject): void {
  let server: QuicIdentity;
  beforeAll(() => {
    server = subject.identities.issue('lifetime', { key: 'p256' });
  });

  it('is lost when nothing comes for long', async () => {
    const engine = await subject.load({ idleTimeoutMs: 300 });
    const link = await makeLink(engine, { server }).connect();
    const begin = performance.now();
    await link.until(() => link.dialer.closed && link.listener.closed);
    expect(performance.now() - begin).toBeGreaterThan(250);
    const end = { by: 'timeout', reason: 'no recent network activity' };
    expect(link.dialer.end()).toMatchObject(end);
    expect(link.listener.end()).toMatchObject(end);
    link.release();
  });

  it('is kept alive by one end', async () => {
    // Long enough for a machine that is busy or emulated.
    const engine = await subject.load({ idleTimeoutMs: 800 });
    const link = await makeLink(engine, { server }).connect();
    const begin = performance.now();
    let next = begin;
    await link.until(
      () => performance.now() > begin + 1_800,
      () => {
        if (performance.now() < next) return;
        next = performance.now() + 200;
        link.dialer.keepAlive();
      },
    );
    expect(link.dialer.ended || link.listener.ended).toBe(false);
    link.release();
  });

  it('ends with a code and words of the application', async () => {
    const link = await makeLink(subject.engine, { server }).connect();
    await openStream(link);
    link.listener.close(500, 'Read Data Error: größer');
    await link.until(() => link.dialer.ended && link.listener.ended);
    const end = { application: true, code: 500, reason: 'Read Data Error: größer' };
    expect(link.listener.end()).toEqual({ by: 'local', ...end });
    expect(link.dialer.end()).toEqual({ by: 'peer', ...end });
    await link.until(() => link.dialer.closed && link.listener.closed);
    expect(link.dialer.send(Buffer.alloc(1_200))).toBe(0);
    link.release();
  });

  it.each([
    ['no words', 0, ''],
    ['words that just fit', 2 ** 53 - 1, 'x'.repeat(1_024)],
    ['more words than fit', 499, `x${'ö'.repeat(40_000)}`],
  ])('ends with %s', async (_what, code, words) => {
    const link = await makeLink(subject.engine, { server }).connect();
    link.way = { size: () => MIN_DATAGRAM };
    await openStream(link);
    link.dialer.close(code, words);
    await link.until(() => link.listener.ended);
    const { reason = '', ...end } = link.listener.end() ?? {};
    expect(end).toEqual({ by: 'peer', application: true, code });
    // Whole characters, the first of them.
    expect(words.startsWith(reason)).toBe(true);
    expect(Buffer.byteLength(reason)).toBeGreaterThan(Math.min(words.length, 1_024) - 2);
    link.release();
  });

  it('keeps its first end', async () => {
    const link = await makeLink(subject.engine, { server }).connect();
    link.dialer.close(1, 'first');
    link.dialer.close(2, 'second');
    expect(link.dialer.end()).toMatchObject({ code: 1, reason: 'first' });
    await link.until(() => link.listener.ended);
    link.listener.close(3, 'third');
    expect(link.listener.end()).toMatchObject({ by: 'peer', code: 1 });
    link.release();
  });

  it('answers nothing once it is released', async () => {
    const link = await makeLink(subject.engine, { server }).connect();
    await openStream(link);
    const { dialer } = link;
    dialer.close(0, 'done');
    link.flush();
    dialer.release();
    dialer.release();
    expect(dialer.closed).toBe(true);
    expect(dialer.readable).toBe(false);
    expect(dialer.send(Buffer.alloc(1_200))).toBe(0);
    expect(dialer.end()).toMatchObject({ by: 'local', reason: 'done' });
    dialer.receive(Buffer.alloc(1_200));
    dialer.keepAlive();
    dialer.handleTimeout();
    dialer.cancel(0);
    link.listener.release();
  });

  it('does not end others of its connector', async () => {
    const connector = subject.engine.connector({ ca: undefined, identity: undefined });
    const acceptor = subject.engine.acceptor(server, { clients: 'unasked', ca: undefined });
    const one = await new Link(connector.connect(), acceptor.accept()).connect();
    const other = await new Link(connector.connect(), acceptor.accept()).connect();
    await openStream(other);
    one.dialer.close(0, 'bye');
    one.flush();
    one.release();
    expect(await transfer(other, other.dialer, other.listener, 100_000)).toBe(true);
    other.release();
  });
}
