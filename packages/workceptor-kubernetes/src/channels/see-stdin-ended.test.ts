import { expect, it } from 'vitest';
import { seeStdinEnded, type SentBy } from './see-stdin-ended.js';

const onItsWay = { first: 5, longest: 10 };
const cut: SentBy = { gone: Promise.resolve(), endsByClosing: false };
const isTold = (): boolean => true;

it('is sent again until it is told to have arrived', async () => {
  const told = new AbortController();
  let times = 0;
  const sendAgain = (): Promise<SentBy> => {
    times += 1;
    if (times === 4) told.abort();
    return Promise.resolve(cut);
  };
  await seeStdinEnded({ sent: cut, sendAgain, isTold, signal: told.signal, onItsWay });
  expect(times).toBe(4);
});

it('is not sent again once it can not be', async () => {
  const { signal } = new AbortController();
  let times = 0;
  const sendAgain = (): Promise<SentBy | undefined> => {
    times += 1;
    return Promise.resolve(times === 2 ? undefined : cut);
  };
  await seeStdinEnded({ sent: cut, sendAgain, isTold, signal, onItsWay });
  expect(times).toBe(2);
});

const notAsked = (): Promise<SentBy> => Promise.reject(new Error('it is not asked for'));

it('is not sent again over a connection that stands', async () => {
  const told = new AbortController();
  const sent = { gone: new Promise(() => undefined), endsByClosing: false };
  const { signal } = told;
  const seeing = seeStdinEnded({ sent, sendAgain: notAsked, isTold, signal, onItsWay });
  told.abort();
  await seeing;
});

it('is not sent again where the end of its connection was its own', async () => {
  const { signal } = new AbortController();
  const sent = { ...cut, endsByClosing: true };
  await seeStdinEnded({ sent, sendAgain: notAsked, isTold, signal, onItsWay });
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
    setTimeout(cutOff, 2 * onItsWay.first);
    return Promise.resolve({ gone, endsByClosing: false });
  };
  await seeStdinEnded({ sent: cut, sendAgain, isTold: () => false, signal, onItsWay });
  expect(times).toBe(1);
});
