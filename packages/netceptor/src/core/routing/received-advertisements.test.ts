import { expect, it } from 'vitest';
import { ReceivedAdvertisements, type ReceivedAdvertisement } from './received-advertisements.js';

const item = (
  nodeId: string,
  service: string,
  via: string,
  { bytes = 100, heardAt = 0 }: { bytes?: number; heardAt?: number } = {},
): ReceivedAdvertisement => ({
  advertisement: {
    nodeId,
    service,
    time: '2026-01-02T03:04:05Z',
    connectionType: 1,
    tags: null,
    workCommands: null,
    cancel: false,
  },
  time: 1n,
  message: Buffer.alloc(bytes),
  heardAt,
  via,
});

it('takes from a node that has too many its own oldest, and not those that were renewed', () => {
  const received = new ReceivedAdvertisements();
  received.set(item('other', 's', 'n'));
  for (let at = 0; at < 1024; at++) expect(received.set(item('a', `s${at}`, 'n'))).toEqual([]);
  received.set(item('a', 's0', 'n'));
  expect(received.set(item('a', 'new', 'n', { heardAt: 2000 }))).toMatchObject([
    { advertisement: { service: 's1' } },
  ]);
  expect(received.of('a')).toHaveLength(1024);
  expect(received.get('other', 's')).toBeDefined();
});

it('bounds the bytes of a node', () => {
  const received = new ReceivedAdvertisements();
  for (let at = 0; at < 20; at++)
    received.set(item('a', `s${at}`, 'n', { bytes: 60_000, heardAt: at * 2000 }));
  expect(received.of('a').map(({ advertisement }) => advertisement.service)).toEqual([
    's16',
    's17',
    's18',
    's19',
  ]);
});

it('takes from the neighbor that brought the most when there are too many in all', () => {
  const received = new ReceivedAdvertisements();
  for (let at = 0; at < 100; at++)
    received.set(item(`n${at}`, 'control', 'honest', { bytes: 300 }));
  let gone = 0;
  for (let at = 0; at < 70_000; at++) {
    gone += received.set(item(`x${at}`, 's', 'flooder', { heardAt: at }))?.length ?? 0;
  }
  expect(gone).toBe(70_100 - 65_536);
  for (let at = 0; at < 100; at++) expect(received.get(`n${at}`, 'control')).toBeDefined();
  // Another node with its first service finds room.
  received.set(item('late', 'control', 'honest', { heardAt: 70_000 }));
  expect(received.get('late', 'control')).toBeDefined();
  expect([...received.values()]).toHaveLength(65_536);
});

it('gives up nothing that has just come: its copies, still on their way, would count as new again', () => {
  const received = new ReceivedAdvertisements();
  for (let at = 0; at < 1024; at++) received.set(item('a', `s${at}`, 'n', { heardAt: at }));
  expect(received.set(item('a', 'new', 'n', { heardAt: 1999 }))).toBeUndefined();
  expect(received.get('a', 'new')).toBeUndefined();
  expect(received.get('a', 's0')).toBeDefined();
});

it('counts what is read out of a message, too', () => {
  const received = new ReceivedAdvertisements();
  const empty = { workType: '', secure: false };
  const holding = (items: number): ReceivedAdvertisement => {
    const one = item('a', `s${items}`, 'n', { bytes: 3 * items });
    const workCommands = Array.from({ length: items }, () => empty);
    return { ...one, advertisement: { ...one.advertisement, workCommands } };
  };
  expect(received.set(holding(20_000))).toBeUndefined();
  expect(received.set(holding(3000))).toEqual([]);
  expect(received.set(holding(3001))).toBeUndefined();
});

it('remembers the neighbor that brought it first', () => {
  const received = new ReceivedAdvertisements();
  received.set(item('a', 's', 'first'));
  received.set(item('a', 's', 'second'));
  expect(received.get('a', 's')?.via).toBe('first');
});
