import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lineLog } from '../log/log.js';
import { tellServiceManager } from './service-manager.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-'));
});
afterEach(() => {
  delete process.env.NOTIFY_SOCKET;
  rmSync(folder, { recursive: true, force: true });
});
const lines: string[] = [];
const log = lineLog('info', (line) => lines.push(line));

/** Listens as systemd does: prints the first message, and takes the second, by which the sender waits for the first's being read. */
const manager = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
print(s.recv(4096).decode(), flush=True)
s.recv(4096)
`;

const isThere = spawnSync('systemd-notify', ['--version']).status === 0;
if (!isThere) console.warn('systemd is told: skipped, there is no systemd-notify');
it.skipIf(!isThere)('tells systemd that the node is ready, and its commands not how', async () => {
  const socket = join(folder, 'notify');
  const python = spawn('python3', ['-c', manager, socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  python.stdout.on('data', (chunk: Buffer) => (shown += String(chunk)));
  const closed = once(python, 'close');
  await once(python.stdout, 'data');
  process.env.NOTIFY_SOCKET = socket;
  await tellServiceManager(log);
  await closed;
  expect(shown).toContain('READY=1');
  expect(shown).toContain(`MAINPID=${process.pid}`);
  expect(process.env.NOTIFY_SOCKET).toBeUndefined();
  expect(lines).toEqual([]);
});

it('says in the log when systemd can not be told', async () => {
  process.env.NOTIFY_SOCKET = join(folder, 'nothing');
  await tellServiceManager(log);
  expect(lines.join('')).toMatch(/^WARNING .* systemd could not be told that the node is ready/);
});
