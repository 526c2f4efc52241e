import { expect, it } from 'vitest';
import { JoinProtocolError, readJoinAnswer, readJoinToken, writeJoinToken } from './index.js';

const secret = 'a'.repeat(43);
const fingerprint = 'B-_'.repeat(14) + 'B';

it('a token is read as it was written, with a fingerprint and without', () => {
  for (const token of [{ secret }, { secret, fingerprint }]) {
    expect(readJoinToken(` ${writeJoinToken(token)}\n`)).toEqual(token);
  }
});

it('what is no token is refused, and not repeated', () => {
  for (const text of ['', secret, `join1.${secret.slice(1)}`, `join1.${secret}.x`, `x.${secret}`]) {
    let refusal: unknown;
    try {
      readJoinToken(text);
    } catch (error) {
      refusal = error;
    }
    expect(refusal, text).toBeInstanceOf(JoinProtocolError);
    expect(String(refusal)).not.toContain('aaaa');
  }
});

it('an answer that lacks something is refused, and says what', () => {
  const answer = {
    node_id: 'far-1',
    node_type: 'execution',
    certificate: '-----BEGIN CERTIFICATE-----',
    ca: '-----BEGIN CERTIFICATE-----',
    work_public_key: '-----BEGIN PUBLIC KEY-----',
    peers: ['[::1]:27199'],
    listener_port: null,
  };
  expect(readJoinAnswer({ ...answer, more: 1 })).toEqual(answer);
  for (const name of Object.keys(answer)) {
    expect(() => readJoinAnswer({ ...answer, [name]: undefined })).toThrow(name);
  }
  expect(() => readJoinAnswer({ ...answer, peers: ['a: {x: 1}'] })).toThrow('peers');
  expect(() => readJoinAnswer({ ...answer, node_id: '../x' })).toThrow('node_id');
});
