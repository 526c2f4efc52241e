import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventChannel, HIGH_WATER_BYTES, MAX_EVENT_BYTES } from './event-channel.js';

let folder: string;
let channel: EventChannel;
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-channel-'));
  channel = await EventChannel.open(join(folder, 'events'));
});
afterEach(async () => {
  channel.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await rm(folder, { recursive: true, force: true });
});

function plugin(): Socket {
  const socket = connect(join(folder, 'events'));
  sockets.push(socket);
  return socket;
}

async function secretOf(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString();
}

it('gives the secret to whoever connects, and its events to whoever asks, before or after they come', async () => {
  const socket = plugin();
  expect(await secretOf(socket)).toBe(`${channel.secret}\n`);
  expect(channel.secret).toMatch(/^[0-9a-f]{32}$/);
  const early = channel.take('u2');
  socket.write('u1 {"a":');
  socket.write('1}\nu2 {"b":2}\nu3 {');
  expect(await early).toBe('{"b":2}');
  expect(channel.take('u1')).toBe('{"a":1}');
});

it('lets a second plugin in only when the first is gone', async () => {
  const first = plugin();
  await secretOf(first);
  const second = plugin();
  const told = secretOf(second);
  await once(second, 'connect');
  let early = true;
  void told.then(() => expect(early).toBe(false));
  await new Promise((resolve) => setImmediate(resolve));
  early = false;
  first.end();
  expect(await told).toBe(`${channel.secret}\n`);
});

it('says that nothing comes any more when the plugin is gone', async () => {
  expect(channel.take('u0')).toBeUndefined();
  const socket = plugin();
  await secretOf(socket);
  const waiting = channel.take('u1');
  socket.end('u9 {}\n');
  expect(await waiting).toBeUndefined();
  expect(channel.take('u9')).toBe('{}');
});

it('forgets a plugin that went away while it waited', async () => {
  const first = plugin();
  await secretOf(first);
  const second = plugin();
  await once(second, 'connect');
  second.end();
  await once(second, 'close');
  const third = plugin();
  first.end();
  expect(await secretOf(third)).toBe(`${channel.secret}\n`);
});

it('lets a plugin wait while much is not asked for, and loses nothing of it', async () => {
  const socket = plugin();
  await secretOf(socket);
  const body = `{"x":"${'x'.repeat(1024 * 1024)}"}`;
  const count = 40;
  const sent = new Promise<void>((resolve) => {
    for (let index = 0; index < count; index++)
      socket.write(`u${index} ${body}\n`, () => {
        if (index === count - 1) resolve();
      });
  });
  let all = false;
  void sent.then(() => (all = true));
  while (socket.bytesWritten < HIGH_WATER_BYTES) await new Promise(setImmediate);
  for (let index = 0; index < count; index++) {
    // some are there, some are still on the plugin's side
    if (index === 10) expect(all).toBe(false);
    expect(await channel.take(`u${index}`)).toBe(body);
  }
  await sent;
});

it('leaves out the data of an event that is too long, and goes on with the next', async () => {
  const socket = plugin();
  await secretOf(socket);
  const long = channel.take('u1');
  socket.write('u1 ');
  const piece = 'x'.repeat(1024 * 1024);
  for (let sent = 0; sent <= MAX_EVENT_BYTES; sent += piece.length) socket.write(piece);
  socket.write('\nu2 {}\n');
  expect(await long).toBe('');
  expect(await channel.take('u2')).toBe('{}');
});

it.each([
  ['nested too deep', '{"a":'.repeat(1001) + '1' + '}'.repeat(1001)],
  ['of too many values', `{"a":[${'1,'.repeat(4_000_000)}1]}`],
])('leaves out the data of an event %s, and goes on with the next', async (_, body) => {
  const socket = plugin();
  await secretOf(socket);
  const first = channel.take('u1');
  socket.write(`u1 ${body}\nu2 {"a":{}}\n`);
  expect(await first).toBe('');
  expect(await channel.take('u2')).toBe('{"a":{}}');
});

it('does not wait for an event behind more of others than it keeps, and counts those without a body', async () => {
  for (const body of ['x'.repeat(1000), '']) {
    const small = await EventChannel.open(join(folder, `small${body.length}`), 10_000);
    const socket = connect(join(folder, `small${body.length}`));
    sockets.push(socket);
    // closed with lines that nobody reads any more
    socket.on('error', () => undefined);
    await secretOf(socket);
    const awaited = small.take('never');
    const line = (at: number): string => `u${at} ${body}\n`;
    socket.write(Array.from({ length: 100 }, (_, at) => line(at)).join(''));
    expect(await awaited).toBeUndefined();
    small.close();
  }
});

it('counts an event that comes again once', async () => {
  const small = await EventChannel.open(join(folder, 'small'), 10_000);
  const socket = connect(join(folder, 'small'));
  sockets.push(socket);
  await secretOf(socket);
  const last = small.take('last');
  for (let again = 0; again < 100; again += 1) socket.write(`u ${'x'.repeat(1000)}\n`);
  socket.write('last {}\n');
  expect(await last).toBe('{}');
  small.close();
});
