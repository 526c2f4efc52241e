import { type ControlClient } from '@receptorjs/control-client';
import { Backoff } from '@receptorjs/control-client/internal';
import { silentLogger } from '@receptorjs/primitives';
import { ControlError } from '@receptorjs/control-protocol';
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
      node: () => 'far',
      hasEnded: () => false,
      onChange: () => undefined,
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

it.each(['cancel', 'release'] as const)(
  'a %s that is refused stays pending, says why, and is tried again',
  async (what) => {
    const backoff = new Backoff();
    const refuse = (): Promise<boolean> =>
      Promise.reject(new ControlError('remote-error', 'token is expired'));
    const client = { workCancel: refuse, workRelease: refuse };
    const notes: (string | undefined)[] = [];
    let attempts = 0;
    await new Promise<void>((resolve) => {
      const delivery = new RemoteDelivery({
        unitId: 'abcdefgh',
        node: () => 'far',
        hasEnded: () => false,
        onChange: () => {
          notes.push(delivery.note);
          if (delivery.note === undefined) resolve();
        },
        remoteUnitId: () => 'ijklmnop',
        request: (run) => {
          attempts += 1;
          backoff.skip();
          if (attempts === 3) {
            client.workCancel = client.workRelease = () => Promise.resolve(true);
          }
          return run(client as unknown as ControlClient);
        },
        onReleased: () => {
          resolve();
          return Promise.resolve();
        },
        backoff,
        signal: new AbortController().signal,
        log: silentLogger,
      });
      delivery.begin(what);
      notes.push(delivery.note);
    });
    const title = what === 'cancel' ? 'Cancel' : 'Release';
    expect(attempts).toBe(3);
    expect(notes.slice(0, 2)).toEqual([
      `${title} pending: far is yet to be told`,
      `${title} pending: far refuses it: token is expired`,
    ]);
  },
);

it('a cancel that is refused is given up once the unit has ended', async () => {
  let attempts = 0;
  await new Promise<void>((resolve) => {
    const delivery = new RemoteDelivery({
      unitId: 'abcdefgh',
      node: () => 'far',
      hasEnded: () => true,
      onChange: () => {
        if (delivery.what === undefined) resolve();
      },
      remoteUnitId: () => 'ijklmnop',
      request: () => {
        attempts += 1;
        return Promise.reject(new ControlError('remote-error', 'no'));
      },
      onReleased: () => Promise.resolve(),
      backoff: new Backoff(),
      signal: new AbortController().signal,
      log: silentLogger,
    });
    delivery.begin('cancel');
  });
  expect(attempts).toBe(1);
});
