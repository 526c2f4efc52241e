import type { ControlClient } from '@receptorjs/control-client';
import { duplexPair, type Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RemoteData } from './remote-extra-data.js';
import { RemoteSessions } from './remote-sessions.js';

const data: RemoteData = {
  RemoteNode: 'far',
  RemoteWorkType: 'cat',
  RemoteParams: {},
  RemoteUnitID: '',
  RemoteStarted: false,
  LocalCancelled: false,
  LocalReleased: false,
  SignWork: false,
  TLSClient: '',
  Expiration: '',
};

/** All connections that were dialed: this end, and what ends the other. */
let ends: { readonly near: Duplex; readonly cut: () => void }[];
let sessions: RemoteSessions;
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
  ends = [];
  sessions = new RemoteSessions({
    dial: () => Promise.resolve(dialed()),
    sign: () => Promise.resolve(''),
  });
});
afterEach(() => {
  sessions.close();
  vi.useRealTimers();
});

/** A connection whose other end greets and echoes each line as JSON. */
function dialed(): Duplex {
  const [near, far] = duplexPair();
  far.write('Receptor Control, node far\n');
  far.on('data', (line: Buffer) => {
    if (!far.writableEnded) far.write(`${JSON.stringify(String(line).trim())}\n`);
  });
  ends.push({ near, cut: () => far.end() });
  return near;
}

const ask = (client: ControlClient): Promise<unknown> => client.request('status');

it('keeps a connection for the next request to the same node, and not for another', async () => {
  expect(await sessions.use(data, never, ask)).toBe('status');
  expect(await sessions.use(data, never, ask)).toBe('status');
  expect(ends).toHaveLength(1);
  await sessions.use({ ...data, TLSClient: 'tls' }, never, ask);
  await sessions.use({ ...data, SignWork: true }, never, ask);
  await sessions.use({ ...data, RemoteNode: 'farther' }, never, () => Promise.resolve());
  expect(ends).toHaveLength(4);
});

it('makes a request once more on a new connection when the one that was kept has been closed', async () => {
  await sessions.use(data, never, ask);
  const asked: ControlClient[] = [];
  const answer = await sessions.use(data, never, (client) => {
    asked.push(client);
    // it is closed while the request is under way, as a node does that is short of places
    if (asked.length === 1) ends[0]?.cut();
    return ask(client);
  });
  expect([answer, asked.length, ends.length]).toEqual(['status', 2, 2]);
});

it('makes a request that was refused, or that a new connection has failed, once', async () => {
  let asked = 0;
  const refused = (): Promise<never> => {
    asked += 1;
    return Promise.reject(new Error('no'));
  };
  await expect(sessions.use(data, never, refused)).rejects.toThrow('no');
  const closed = (client: ControlClient): Promise<unknown> => {
    asked += 1;
    ends.at(-1)?.cut();
    return ask(client);
  };
  sessions.close();
  await expect(sessions.use(data, never, closed)).rejects.toMatchObject({ code: 'closed' });
  expect(asked).toBe(2);
});

it('closes a connection that nobody asks for, and one that is old', async () => {
  await sessions.use(data, never, ask);
  await vi.advanceTimersByTimeAsync(3_999);
  expect(ends[0]?.near.destroyed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(ends[0]?.near.destroyed).toBe(true);
  for (let second = 0; second < 62; second++) {
    await sessions.use(data, never, ask);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(ends).toHaveLength(2);
  expect(ends[1]?.near.destroyed).toBe(true);
});

it('keeps no more than 32 of one node', async () => {
  await Promise.all(
    Array.from({ length: 40 }, () => sessions.use(data, new AbortController().signal, ask)),
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(ends.filter(({ near }) => !near.destroyed)).toHaveLength(32);
});

it('closes the connection when the signal of its requests fires', async () => {
  const given = new AbortController();
  const asked = sessions.use(data, given.signal, (client) => {
    given.abort();
    return ask(client);
  });
  await expect(asked).rejects.toMatchObject({ code: 'closed' });
  expect(ends[0]?.near.destroyed).toBe(true);
});
