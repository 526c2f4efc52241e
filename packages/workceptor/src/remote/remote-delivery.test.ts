import { type ControlClient } from '@receptorjs/control-client';
import { Backoff } from '@receptorjs/control-client/internal';
import { silentLogger } from '@receptorjs/primitives';
import { expect, it } from 'vitest';
import { RemoteDelivery } from './remote-delivery.js';

it('a cancel does not take the place of a release that waits to be delivered', async () => {
  const backoff = new Backoff();
  const sent: string[] = [];
  const client = {
    workCancel: () => Promise.resolve(sent.push('cancel')),
    workRelease: () => Promise.resolve(sent.push('release')),
  } as unknown as ControlClient;
  let attempts = 0;
  await new Promise<void>((resolve) => {
    const delivery = new RemoteDelivery({
      unitId: 'abcdefgh',
      remoteUnitId: () => 'ijklmnop',
      request: (run) => {
        attempts += 1;
        return attempts === 1 ? Promise.reject(new Error('not reachable')) : run(client);
      },
      onReleased: () => {
        resolve();
        return Promise.resolve();
      },
      backoff,
      signal: new AbortController().signal,
      log: silentLogger,
    });
    delivery.begin('release');
    delivery.begin('cancel');
    backoff.skip();
  });
  expect(sent).toEqual(['release']);
});
