import { beforeAll, expect, it } from 'vitest';
import type { QuicConnection, QuicIdentity } from '@receptorjs/quic-engine';
import type { Subject } from './subject.js';
import { makeLink } from './ends.js';
import type { Link } from './link.js';
import { openStream, readAll, transfer } from './transfer.js';

const EMPTY = Buffer.alloc(0);

/** Bytes in both directions, their ends, and windows. */
export function streamCases(subject: Subject): void {
  let server: QuicIdentity;
  beforeAll(() => {
    server = subject.identities.issue('stream', { key: 'p256' });
  });

  async function open(): Promise<Link> {
    const link = await makeLink(subject.engine, { server }).connect();
    await openStream(link);
    return link;
  }

  const textOf = (from: QuicConnection): { text: string; ended: boolean } => {
    let text = '';
    const ended = readAll(from, (bytes) => (text += bytes.toString()));
    return { text, ended };
  };

  it('goes on in one direction when the other has ended', async () => {
    const link = await open();
    const { dialer, listener } = link;
    dialer.write(Buffer.from('question'), false);
    dialer.write(EMPTY, true);
    await link.until(() => listener.readable);
    expect(textOf(listener)).toEqual({ text: 'question', ended: true });
    expect(dialer.streamDone() || listener.streamDone()).toBe(false);
    listener.write(Buffer.from('answer'), false);
    listener.write(EMPTY, true);
    await link.until(() => dialer.readable);
    expect(textOf(dialer)).toEqual({ text: 'answer', ended: true });
    await link.until(() => dialer.streamDone() && listener.streamDone());
    link.release();
  });

  it('tells the peer of a stream that was given up, by a code', async () => {
    const link = await open();
    const { dialer, listener } = link;
    dialer.write(Buffer.from('begun'), false);
    await link.until(() => listener.readable);
    readAll(listener, () => undefined);
    dialer.cancel(499);
    await link.until(() => listener.readable);
    const canceled = { name: 'StreamCanceled', errorCode: 499 };
    expect(() => readAll(listener, () => undefined)).toThrow(expect.objectContaining(canceled));
    // Some engines say that the peer reads no more, others take nothing more.
    let taken = 0;
    for (let rounds = 0; rounds < 10; rounds++) {
      try {
        taken = listener.write(Buffer.from('x'), false);
      } catch (error) {
        expect(error).toMatchObject(canceled);
        taken = 0;
      }
      link.flush();
    }
    expect(taken).toBe(0);
    expect(listener.ended).toBe(false);
    link.release();
  });

  it('tells a writer that may write no more that the peer reads no more', async () => {
    const window = 8_192;
    const engine = await subject.load({ streamWindow: 8 * window, connectionWindow: window });
    const link = await makeLink(engine, { server }).connect();
    await openStream(link);
    const chunk = Buffer.alloc(window, 1);
    await link.until(() => link.dialer.write(chunk, false) === 0);
    link.listener.cancel(500);
    const learns = (): boolean => {
      try {
        link.dialer.write(chunk, false);
        return false;
      } catch (error) {
        expect(error).toMatchObject({ name: 'StreamCanceled', errorCode: 500 });
        return true;
      }
    };
    await link.until(learns);
    link.release();
  });

  it('takes no more than its window until the peer reads', async () => {
    const window = 8_192;
    const engine = await subject.load({ streamWindow: window, connectionWindow: 2 * window });
    const link = await makeLink(engine, { server }).connect();
    await openStream(link);
    const chunk = Buffer.alloc(4 * window, 1);
    let written = 0;
    for (let rounds = 0; rounds < 20; rounds++) {
      if (written < chunk.length) written += link.dialer.write(chunk.subarray(written), false);
      link.flush();
    }
    let unread = 0;
    readAll(link.listener, (bytes) => (unread += bytes.length));
    expect(unread).toBeGreaterThan(window / 2);
    expect(unread).toBeLessThanOrEqual(window);
    link.release();
  });

  it('carries everything through small windows', async () => {
    const engine = await subject.load({ streamWindow: 4_096, connectionWindow: 8_192 });
    const link = await makeLink(engine, { server }).connect();
    await openStream(link);
    expect(await transfer(link, link.dialer, link.listener, 300_000, 1_000)).toBe(true);
    expect(await transfer(link, link.listener, link.dialer, 300_000, 1_000)).toBe(true);
    link.release();
  });

  it('keeps what was received when the peer has closed', async () => {
    const link = await open();
    link.dialer.write(Buffer.from('last words'), false);
    link.flush();
    link.dialer.close(0, 'normal close');
    await link.until(() => link.listener.ended);
    expect(textOf(link.listener).text).toBe('last words');
    link.release();
  });

  it('is readable exactly when there is something to read', async () => {
    const link = await open();
    expect(link.listener.readable).toBe(false);
    link.dialer.write(Buffer.from('abc'), false);
    await link.until(() => link.listener.readable);
    const one = Buffer.alloc(1);
    const two = Buffer.alloc(2);
    expect(link.listener.read(one)).toEqual([1, false]);
    expect(link.listener.readable).toBe(true);
    expect(link.listener.read(two)).toEqual([2, false]);
    expect(link.listener.readable).toBe(false);
    expect(link.listener.read(one)).toBeUndefined();
    expect(Buffer.concat([one, two]).toString()).toBe('abc');
    link.release();
  });
}
