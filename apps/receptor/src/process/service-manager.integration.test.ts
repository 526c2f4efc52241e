import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlError } from '@receptorjs/control-client';
import { notifySocket, type NotifySocket } from '@receptorjs/tooling-test-peers';
import { lineLog } from '../log/log.js';
import { ServiceManager } from './service-manager.js';

let folder: string;
let systemd: NotifySocket | undefined;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-'));
  log = [];
});
afterEach(() => {
  systemd?.close();
  systemd = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const makeLog = () => lineLog('info', (line) => log.push(line));

/** A manager that is told by this environment, and what it is told: one message after the other. */
async function managed(variables: Record<string, string> = {}) {
  const socket = join(folder, 'notify');
  systemd = await notifySocket(socket);
  const env = { ...process.env, NOTIFY_SOCKET: socket, ...variables };
  return { env, message: systemd.message, manager: new ServiceManager(env, makeLog()) };
}

const isThere = spawnSync('systemd-notify', ['--version']).status === 0;
if (!isThere) console.warn('skipped: systemd is told, because there is no systemd-notify');

describe.skipIf(!isThere)('systemd', () => {
  it('is told that the node is ready, reloads and stops, and commands of the node are not told how', async () => {
    const { env, message, manager } = await managed({ WATCHDOG_USEC: '1000000' });
    expect(env).not.toHaveProperty('NOTIFY_SOCKET');
    expect(env).not.toHaveProperty('WATCHDOG_USEC');
    await manager.ready();
    expect((await message()).split('\n')).toEqual(
      expect.arrayContaining(['READY=1', `MAINPID=${process.pid}`]),
    );
    const before = process.hrtime.bigint() / 1000n;
    expect(await manager.reloading(() => Promise.resolve('done'))).toBe('done');
    const [, when = ''] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(await message()) ?? [];
    expect(BigInt(when)).toBeGreaterThanOrEqual(before);
    expect(await message()).toBe('READY=1');
    const failed = manager.reloading(() => Promise.reject(new Error('no such file')));
    await expect(failed).rejects.toThrow('no such file');
    expect(await message()).toMatch(/^RELOADING=1/);
    expect(await message()).toBe('READY=1');
    await manager.stopping();
    expect(await message()).toBe('STOPPING=1');
    expect(log).toEqual([]);
  });

  it('is told again and again that the node lives, as long as it answers', async () => {
    const { message, manager } = await managed({ WATCHDOG_USEC: '300000' });
    let asked = 0;
    manager.keepInformed(() => {
      asked += 1;
      // an answer of any kind is a sign of life
      const refusal = new ControlError('remote-error', 'not now');
      return asked === 1 ? Promise.reject(refusal) : Promise.resolve();
    });
    expect(await message()).toBe('WATCHDOG=1');
    expect(await message()).toBe('WATCHDOG=1');
    expect(asked).toBeGreaterThanOrEqual(2);
    await manager.stopping();
    expect(await message()).toBe('STOPPING=1');
  });

  it('is not told that a node lives that takes no connection', async () => {
    const { message, manager } = await managed({ WATCHDOG_USEC: '60000' });
    let asked = 0;
    await new Promise<void>((resolve) => {
      manager.keepInformed(() => {
        asked += 1;
        if (asked === 3) resolve();
        const reason = 'connection ended before the greeting';
        return Promise.reject(new ControlError('closed', reason));
      });
    });
    await manager.stopping();
    expect(await message()).toBe('STOPPING=1');
    expect(log[0]).toMatch(
      /^WARNING .* The node could not ask itself \(connection ended before the greeting\): systemd is not told/,
    );
  });

  it('is not told that a node lives that is silent', async () => {
    const { message, manager } = await managed({ WATCHDOG_USEC: '60000' });
    let asked = 0;
    const silent = new Promise<void>((resolve) => {
      manager.keepInformed(async (signal) => {
        asked += 1;
        if (asked === 3) resolve();
        await once(signal, 'abort');
      });
    });
    await silent;
    await manager.stopping();
    expect(await message()).toBe('STOPPING=1');
    expect(log[0]).toMatch(/^WARNING .* The node has not answered itself for 0\.02 s/);
  });

  it.each([
    ['another process is watched', { WATCHDOG_USEC: '3000', WATCHDOG_PID: '1' }],
    ['no time is named', { WATCHDOG_USEC: 'soon' }],
  ])('is given no signs of life where %s', async (_, variables) => {
    const { message, manager } = await managed(variables);
    manager.keepInformed(() => Promise.reject(new Error('not to be asked')));
    await manager.ready();
    expect(await message()).toMatch(/^READY=1/m);
    await manager.stopping();
    expect(await message()).toBe('STOPPING=1');
  });
});

it('says once in the log that systemd can not be told', async () => {
  const env = { ...process.env, NOTIFY_SOCKET: join(folder, 'nothing') };
  const manager = new ServiceManager(env, makeLog());
  await manager.ready();
  await manager.stopping();
  expect(log).toHaveLength(1);
  expect(log[0]).toMatch(/^WARNING .* systemd could not be told that the node is ready: /);
});

it('does nothing where nobody asks to be told', async () => {
  const manager = new ServiceManager({ WATCHDOG_USEC: '1' }, makeLog());
  await manager.ready();
  manager.keepInformed(() => Promise.reject(new Error('not to be asked')));
  expect(await manager.reloading(() => Promise.resolve(1))).toBe(1);
  await manager.stopping();
  expect(log).toEqual([]);
});
