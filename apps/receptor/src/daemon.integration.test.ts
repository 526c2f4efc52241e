import { once } from 'node:events';
import { mkdtempSync, rmSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient } from '@receptorjs/control-client';
import { configure } from '@receptorjs/receptor-config';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDaemon, type Daemon } from './daemon.js';
import { lineLog } from './log/log.js';
import { nodeSettings } from './node-settings.js';

let folder: string;
const daemons: Daemon[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daemon-'));
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.close();
  rmSync(folder, { recursive: true, force: true });
});
const lines: string[] = [];
const log = lineLog('info', (line) => lines.push(line));

async function start(...words: string[]): Promise<Daemon> {
  const configuration = configure(['--node', 'id=hop', `datadir=${folder}/data`, ...words]);
  const actions = configuration.help ? [] : configuration.actions;
  const settings = nodeSettings(actions, 'here');
  const daemon = await startDaemon({ settings, actions, version: '1', log });
  daemons.push(daemon);
  return daemon;
}

it('what answers on a control socket is whole from its first answer', async () => {
  const changes = new Set<string>();
  const watcher = watch(folder);
  const appeared = new Promise<void>((resolve) => {
    watcher.on('change', (_, name) => {
      changes.add(String(name));
      if (changes.has('b.sock')) resolve();
    });
  });
  const services = [
    ...['--control-service', 'service=control', `filename=${folder}/a.sock`],
    ...['--control-service', 'service=other', `filename=${folder}/b.sock`],
    ...['--work-command', 'worktype=echo', 'command=cat'],
    ...['--unix-socket-server', `filename=${folder}/proxy.sock`, 'remotenode=x', 'remoteservice=y'],
    ...['--tcp-listener', 'port=0', 'bindaddr=127.0.0.1'],
  ];
  const started = start(...services);
  await appeared;
  // Services before control sockets, whose first answers come while the start may still be under way.
  expect([...changes]).toContain('proxy.sock');
  watcher.close();
  const client = await ControlClient.connect(`unix:${folder}/a.sock`);
  const { Advertisements } = await client.status();
  client.close();
  const work = [{ WorkType: 'echo', Secure: false }];
  expect(Advertisements).toEqual([
    expect.objectContaining({ Service: 'control', WorkCommands: work }),
    expect.objectContaining({ Service: 'other', WorkCommands: work }),
  ]);
  await started;
});

it('no link is made when another node has the control socket', async () => {
  const socket = join(folder, 'taken.sock');
  const other = createServer().listen(socket);
  const listener = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(other, 'listening'), once(listener, 'listening')]);
  let links = 0;
  listener.on('connection', (link) => {
    links += 1;
    link.destroy();
  });
  const { port } = listener.address() as { port: number };
  const control = ['--control-service', `filename=${socket}`];
  await expect(start(...control, '--tcp-peer', `127.0.0.1:${port}`)).rejects.toThrow(
    'is in use by another running node',
  );
  expect(links).toBe(0);
  other.close();
  listener.close();
});
