import { UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { expect, it } from 'vitest';
import { followReply } from './work-follow.js';

const never = new AbortController().signal;
const status = (detail: string): UnitStatus => ({
  state: UnitState.Running,
  detail,
  stdoutSize: 0n,
  workType: 'cat',
  extraData: null,
});

/** A sequence whose items are given from outside. */
function pushed<T>(): { items: AsyncIterable<T>; push: (item: T) => void; end: () => void } {
  const stream = new TransformStream<T, T>(undefined, { highWaterMark: 99 }, { highWaterMark: 99 });
  const writer = stream.writable.getWriter();
  return {
    items: stream.readable,
    push: (item) => void writer.write(item),
    end: () => void writer.close(),
  };
}

it('tells statuses and stdout as they come, and the end of both', async () => {
  const statuses = pushed<UnitStatus>();
  const stdout = pushed<Uint8Array>();
  const reply = followReply('aaaaaaaa', statuses.items, stdout.items, never);
  const next = async (): Promise<string> => String((await reply.next()).value);
  stdout.push(Buffer.from('ab'));
  expect(await next()).toBe('{"Bytes":2}\nab');
  statuses.push(status('one'));
  expect(await next()).toMatch(/^\{"Detail":"one",.*\}\n$/);
  statuses.end();
  const large = Buffer.alloc(20_000, 'x');
  stdout.push(large);
  expect(await next()).toBe('{"Bytes":20000}\n');
  expect(await next()).toBe(String(large));
  stdout.end();
  expect(await next()).toBe('{"End":"aaaaaaaa"}\n');
  expect(await reply.next()).toMatchObject({ done: true });
});

it('fails as soon as one of the two does, and lets go of the other', async () => {
  const stdout = pushed<Uint8Array>();
  async function* broken(): AsyncGenerator<UnitStatus> {
    yield status('one');
    throw await Promise.resolve(new Error('no status'));
  }
  const reply = followReply('aaaaaaaa', broken(), stdout.items, never);
  await reply.next();
  await expect(reply.next()).rejects.toThrow('no status');
});

it('asks for the next piece only when the one before is done with, for its memory is used again', async () => {
  const memory = Buffer.alloc(20_000);
  async function* reused(): AsyncGenerator<Uint8Array> {
    for (const letter of 'abc') yield await Promise.resolve(memory.fill(letter));
  }
  async function* none(): AsyncGenerator<UnitStatus> {
    // there is no change
  }
  let told = '';
  for await (const part of followReply('aaaaaaaa', none(), reused(), never)) {
    await new Promise((resolve) => setImmediate(resolve));
    if (typeof part !== 'string') told += String.fromCharCode(part[0] ?? 0);
  }
  expect(told).toBe('abc');
});
