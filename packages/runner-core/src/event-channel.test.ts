import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventChannel, MAX_CHANNEL_BYTES } from './event-channel.js';

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

it('drops a plugin that sends more than is held for it', async () => {
  const socket = plugin();
  await secretOf(socket);
  socket.on('error', () => undefined);
  const piece = 'x'.repeat(1024 * 1024);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (let sent = 0; sent <= MAX_CHANNEL_BYTES + piece.length; sent += piece.length)
    socket.write(piece);
  await closed;
});
