import { encodeJson, parseJson } from '@receptorjs/control-protocol';
import { expect, it } from 'vitest';
import { expirationMs, parseRemoteData, remoteExtraData } from './remote-extra-data.js';

const submission = {
  node: 'far',
  workType: 'cat',
  params: { params: 'a', Secret_key: 'hidden' },
  signWork: false,
};

it('has the keys and the order of the status file, and reads back', () => {
  const data = remoteExtraData(submission, undefined);
  expect(encodeJson(data)).toBe(
    '{"RemoteNode":"far","RemoteWorkType":"cat","RemoteParams":{"params":"a","Secret_key":"hidden"},' +
      '"RemoteUnitID":"","RemoteStarted":false,"LocalCancelled":false,"LocalReleased":false,"SignWork":false,' +
      '"TLSClient":"","Expiration":"0001-01-01T00:00:00Z"}',
  );
  expect(parseRemoteData(parseJson(encodeJson(data)))).toEqual(data);
  expect(expirationMs(data)).toBeUndefined();
});

it('reads the expiration of the original too', () => {
  const data = remoteExtraData(submission, new Date(1_000));
  expect(expirationMs(data)).toBe(1_000);
  expect(expirationMs({ ...data, Expiration: '2026-11-21T01:22:11.123456789-05:00' })).toBe(
    Date.UTC(2026, 10, 21, 6, 22, 11, 123),
  );
});
