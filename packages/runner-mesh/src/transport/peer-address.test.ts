import { homedir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePeer } from './peer-address.js';

const tcp = (host: string, port: number) => ({ kind: 'tcp', host, port, tls: false });
const tls = (host: string, port: number) => ({ kind: 'tcp', host, port, tls: true });

describe('a peer', () => {
  it.each([
    ['receptor://hop.example.org:1234', tcp('hop.example.org', 1234)],
    ['receptor://hop', tcp('hop', 8888)],
    ['receptor://', tcp('localhost', 8888)],
    ['receptor://:2222', tcp('localhost', 2222)],
    ['receptor://hop:1234/', tcp('hop', 1234)],
    ['rnp://10.0.0.1', tcp('10.0.0.1', 8888)],
    ['tcp://[::1]:2222', tcp('::1', 2222)],
    ['hop:2222', tcp('hop', 2222)],
    ['hop', tcp('hop', 8888)],
    ['tls://hop', tls('hop', 8899)],
    ['rnps://hop:1', tls('hop', 1)],
    ['udp://hop', { kind: 'udp', host: 'hop', port: 8888, tls: false }],
    ['ws://hop/receptor', { kind: 'ws', url: 'ws://hop/receptor', tls: false }],
    ['wss://hop', { kind: 'ws', url: 'wss://hop', tls: true }],
    ['unix:/run/receptor.sock', { kind: 'socket', path: '/run/receptor.sock' }],
    ['unix:///run/receptor.sock', { kind: 'socket', path: '/run/receptor.sock' }],
    ['unix:~/receptor.sock', { kind: 'socket', path: join(homedir(), 'receptor.sock') }],
  ])('%s', (text, peer) => {
    expect(parsePeer(text)).toEqual(peer);
  });

  it.each([
    'http://hop',
    'receptor://hop:0',
    'receptor://hop:65536',
    'receptor://hop:many',
    'receptor://a b',
    'receptor://user@hop',
    'udp://hop/path',
    'ws://',
    'unix:',
    'hop:2222:3333',
  ])('%s is none', (text) => {
    expect(() => parsePeer(text)).toThrow(expect.objectContaining({ code: 'bad-peer' }));
  });

  it('is an address or a mistake, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const peer = parsePeer(text);
          if ('port' in peer) expect(peer.port).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-peer' });
        }
      }),
    );
  });
});
