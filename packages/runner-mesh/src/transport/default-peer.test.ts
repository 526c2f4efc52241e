import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDefaultSocket, socketsToTry } from './default-peer.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const custom = ['/run/receptor/receptor.sock', '/run/receptor.sock'];

it.each([
  [undefined, custom],
  ['', custom],
  ['/run/mine.sock', ['/run/mine.sock', ...custom]],
  ['unix:///run/mine.sock', ['/run/mine.sock', ...custom]],
  ['tcp://elsewhere:1', custom],
])('with RECEPTORCTL_SOCKET=%s these sockets are looked for', (named, sockets) => {
  expect(socketsToTry({ RECEPTORCTL_SOCKET: named })).toEqual(sockets);
});

it('takes the first socket behind which a node answers', async () => {
  const at = (name: string) => join(folder, name);
  writeFileSync(at('file'), '');
  const stranger = createServer((socket) => socket.end('hello\n')).listen(at('stranger'));
  const node = createServer((socket) => socket.write('Receptor Control, node here\n'));
  node.listen(at('node'));
  await Promise.all([once(stranger, 'listening'), once(node, 'listening')]);
  const options = { target: 'here', timeoutMs: 1000, signal: new AbortController().signal };
  try {
    const sockets = ['missing', 'file', 'stranger'].map(at);
    expect(await openDefaultSocket(sockets, options)).toBeUndefined();
    const found = await openDefaultSocket([...sockets, at('node')], options);
    expect(found?.handsOn).toBe(false);
  } finally {
    stranger.close();
    node.close();
  }
});
