import { expect, it } from 'vitest';
import { StorageError } from '../../ports/storage-error.js';
import { VirtualClock } from '../time/test-virtual-clock.js';
import { isAway, isLeaseLost, RetryingWrites } from './retrying-writes.js';

it('tries again while the storage is gone, and says so once', async () => {
  const clock = new VirtualClock();
  const notices: string[] = [];
  const { signal } = new AbortController();
  const writes = new RetryingWrites({ clock, signal, onNotice: (each) => notices.push(each) });
  let attempts = 0;
  const written = writes.write(() => {
    attempts += 1;
    return attempts < 5 ? Promise.reject(new Error('connection refused')) : Promise.resolve('done');
  });
  await clock.advance(200 + 400 + 800 + 1_600);
  expect(await written).toBe('done');
  expect(notices).toHaveLength(2);
});

it('what is refused is not tried again, and the signal ends the attempts', async () => {
  const clock = new VirtualClock();
  const over = new AbortController();
  const writes = new RetryingWrites({ clock, signal: over.signal });
  let attempts = 0;
  const refused = writes.write(() => {
    attempts += 1;
    return Promise.reject(new StorageError('lease-lost', 'it is another’s'));
  });
  await expect(refused).rejects.toThrow('it is another’s');
  expect(attempts).toBe(1);
  const gone = writes.write(() => Promise.reject(new Error('gone')));
  await clock.advance(100);
  over.abort(new Error('over'));
  await expect(gone).rejects.toThrow('over');
});

it('a lost lease is known in whatever it was wrapped', () => {
  const lost = new StorageError('lease-lost', 'x');
  expect(isLeaseLost(new Error('a', { cause: new Error('b', { cause: lost }) }))).toBe(true);
  expect(isLeaseLost(new StorageError('not-found', 'x'))).toBe(false);
});

it.each(['22P02', '42703', '54000', '23514'])(
  '%s is refused whenever it is tried',
  async (code) => {
    const { signal } = new AbortController();
    const writes = new RetryingWrites({ clock: new VirtualClock(), signal });
    const error = Object.assign(new Error('it can not be stored'), { code });
    await expect(writes.write(() => Promise.reject(error))).rejects.toBe(error);
  },
);

it.each([
  [{ code: '57P01', message: 'terminating connection due to administrator command' }, true],
  [{ code: '08006', message: 'x' }, true],
  [{ code: 'ECONNREFUSED', message: 'x' }, true],
  [{ message: 'Connection terminated unexpectedly' }, true],
  [{ message: 'timeout exceeded when trying to connect' }, true],
  [{ code: '23503', message: 'x' }, false],
  [{ code: 'ENOENT', message: 'x' }, false],
  [{ message: 'its inventory is gone' }, false],
])('%j: the database can not be reached: %s', (given, expected) => {
  expect(isAway(Object.assign(new Error(given.message), given))).toBe(expected);
});
