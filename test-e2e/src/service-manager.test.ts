import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notifySocket, type NotifySocket } from '@receptorjs/tooling-test-peers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, Mesh, until } from './mesh.js';

const isThere = spawnSync('systemd-notify', ['--version']).status === 0;
if (!isThere) console.warn('skipped: a daemon and its service manager, for want of systemd-notify');

describe.skipIf(!isThere)('a daemon started by a service manager', () => {
  let mesh: Mesh;
  let listener: NotifySocket;
  let variables: string;
  beforeEach(async () => {
    mesh = new Mesh();
    const socket = join(mesh.folder, 'notify');
    listener = await notifySocket(socket);
    variables = `NOTIFY_SOCKET='${socket}' WATCHDOG_USEC=600000`;
  });
  afterEach(async () => {
    await mesh.end();
    listener.close();
  });

  it('tells it of its start, life, reload and end', async () => {
    const command = join(mesh.folder, 'receptor');
    const script = `#!/bin/sh\n${variables} exec '${bin('receptor')}' "$@"\n`;
    writeFileSync(command, script, { mode: 0o755 });
    const env = { 'work-command': { worktype: 'env', command: 'env' } };
    const daemon = mesh.start('node', [{ 'local-only': null }, env], { command });
    expect((await listener.message()).split('\n')).toContain('READY=1');
    expect(await listener.message()).toBe('WATCHDOG=1');
    expect(await listener.message()).toBe('WATCHDOG=1');
    const { stdout } = await daemon.ctl('work', 'submit', 'env', '--no-payload', '-f');
    expect(stdout).toMatch(/^PATH=/m);
    expect(stdout).not.toMatch(/^(?:NOTIFY|WATCHDOG)_/m);
    process.kill(daemon.pid, 'SIGHUP');
    const next = async () =>
      until('something else', async () => {
        const text = await listener.message();
        return text === 'WATCHDOG=1' ? undefined : text;
      });
    expect(await next()).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    expect(await next()).toBe('READY=1');
    expect(await daemon.stop()).toBe(0);
    expect(await next()).toBe('STOPPING=1');
    expect(daemon.logText()).not.toMatch(/^(?:WARNING|ERROR)/m);
  });
});
