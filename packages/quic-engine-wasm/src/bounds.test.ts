import { createPublicKey, randomBytes } from 'node:crypto';
import { Link, TestIdentities } from '@receptorjs/tooling-quic-conformance';
import { afterEach, expect, it, vi } from 'vitest';
import { EngineMemory } from './engine-memory.js';
import { loadEngine } from './load-engine.js';
import { kindOfKey } from './signatures.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it('the engine is given no more than it takes, since it would keep all until the peer acknowledges', async () => {
  const identities = new TestIdentities();
  const server = identities.issue('far', { key: 'p256' });
  identities.remove();
  const window = 10_000;
  const engine = await loadEngine({ streamWindow: window });
  const link = await new Link(
    engine.connector({ ca: undefined, identity: undefined }).connect(),
    engine.acceptor(server, { clients: 'unasked', ca: undefined }).accept(),
  ).connect();
  const write = vi.spyOn(EngineMemory.prototype, 'write');
  const given = (): number => write.mock.calls.reduce((sum, [{ length }]) => sum + length, 0);
  const chunk = Buffer.alloc(1 << 20);
  expect(link.dialer.write(chunk, false)).toBe(window);
  // One byte says that there is more.
  expect(given()).toBe(window + 1);
  expect(link.dialer.write(chunk, false)).toBe(0);
  expect(given()).toBe(window + 2);
  link.release();
});

it('an RSA key whose signatures are longer than the room for them is refused', () => {
  const keyOf = (bits: number): ReturnType<typeof createPublicKey> => {
    const modulus = randomBytes(bits / 8);
    modulus[0] = 0x80;
    const key = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
    return createPublicKey({ key, format: 'jwk' });
  };
  expect(kindOfKey(keyOf(8_192))).toBe(4);
  expect(() => kindOfKey(keyOf(8_200))).toThrow('8200 bits');
});
