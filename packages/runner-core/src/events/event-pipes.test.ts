import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventChannel, HIGH_WATER_BYTES } from './event-channel.js';
import { pythonFolder } from '../python-assets.js';

let folder: string;
let channel: EventChannel;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-pipes-'));
  channel = await EventChannel.openPipes(join(folder, 'events'));
});
afterEach(async () => {
  channel.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs these statements of Python with an open `channel`; gives what they print. */
const plugin = async (statements: string) => {
  const script = [
    'import sys',
    `sys.path.insert(0, ${JSON.stringify(pythonFolder())})`,
    'from receptorjs_events.channel import open_channel',
    `channel = open_channel(${JSON.stringify(join(folder, 'events'))})`,
    statements,
  ].join('\n');
  return (await promisify(execFile)('python3', ['-B', '-c', script])).stdout;
};

it('give the secret to each plugin, and carry events of any size', async () => {
  const long = 'x'.repeat(300_000);
  for (const uuid of ['u1', 'u2'])
    expect(
      await plugin(`channel.send('${uuid}', 'x' * ${long.length}); print(channel.secret)`),
    ).toBe(`${channel.secret}\n`);
  expect([await channel.take('u1'), await channel.take('u2')]).toEqual([long, long]);
  for (const name of ['events', 'events.secret'])
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

it('carry the events of plugins that send at the same time, and after one that was killed', async () => {
  const size = 300_000;
  const send = (name: string, more = '') =>
    plugin(`for n in range(8): channel.send('${name}%d' % n, '${name}' * ${size})\n${more}`);
  await send('x', "import os; os.write(channel._file, b'half an event'); os._exit(0)");
  await Promise.all(['y', 'z'].map((name) => send(name)));
  for (const name of ['x', 'y', 'z'])
    for (let number = 0; number < 8; number++)
      expect(await channel.take(`${name}${number}`)).toBe(name.repeat(size));
});

it('hold the plugin back when nobody takes its events, but never whoever waits for one', async () => {
  const size = 1024 * 1024;
  const count = (HIGH_WATER_BYTES / size) * 2;
  const sent = plugin(`for number in range(${count}): channel.send('u%d' % number, 'x' * ${size})`);
  expect(await channel.take(`u${count - 1}`)).toHaveLength(size);
  await sent;
});

it('end the wait for what never came when they are closed', async () => {
  const waiting = channel.take('u0');
  channel.close();
  expect(await waiting).toBeUndefined();
});
