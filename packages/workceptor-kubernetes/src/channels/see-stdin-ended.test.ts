import { expect, it } from 'vitest';
import { seeStdinEnded, type SentBy } from './see-stdin-ended.js';

const onItsWayMs = 5;
const cut: SentBy = { gone: Promise.resolve() };

it('is sent again, whatever is in the way, until it is told to have arrived', async () => {
  const told = new AbortController();
  let times = 0;
  const sendAgain = (): Promise<SentBy> => {
    times += 1;
    if (times === 4) told.abort();
    return times === 2 ? Promise.reject(new Error('no')) : Promise.resolve(cut);
  };
  const { signal } = told;
  await seeStdinEnded({ sent: cut, sendAgain, isTold: true, signal, onItsWayMs });
  expect(times).toBe(4);
});

it('is not sent again over a connection that stands', async () => {
  const told = new AbortController();
  const sent = { gone: new Promise(() => undefined) };
  const sendAgain = (): Promise<SentBy> => Promise.reject(new Error('it is not asked for'));
  const seeing = seeStdinEnded({ sent, sendAgain, isTold: true, signal: told.signal, onItsWayMs });
  told.abort();
  await seeing;
});

it('that nobody tells of has arrived when its connection has stood for long', async () => {
  const { signal } = new AbortController();
  let cutOff = (): void => undefined;
  const gone = new Promise<void>((resolve) => {
    cutOff = resolve;
  });
  let times = 0;
  const sendAgain = (): Promise<SentBy> => {
    times += 1;
    setTimeout(cutOff, 2 * onItsWayMs);
    return Promise.resolve({ gone });
  };
  await seeStdinEnded({ sent: cut, sendAgain, isTold: false, signal, onItsWayMs });
  expect(times).toBe(1);
});
