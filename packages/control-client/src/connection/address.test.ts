import { homedir } from 'node:os';
import { expect, it } from 'vitest';
import { parseControlAddress } from './address.js';

it.each([
  ['/run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
  ['unix:/run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
  ['unix:///run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
  ['~/a.sock', { kind: 'unix', path: `${homedir()}/a.sock` }],
  ['tcp:localhost:80', { kind: 'tcp', host: 'localhost', port: 80 }],
  ['tcp://10.0.0.1:80', { kind: 'tcp', host: '10.0.0.1', port: 80 }],
  ['tls://[::1]:80', { kind: 'tls', host: '::1', port: 80 }],
])('%s', (text, address) => {
  expect(parseControlAddress(text)).toEqual(address);
});

it.each(['', 'tcp://host', 'tcp://host:0', 'tcp://host:99999', 'http://x:1'])(
  'refuses %j',
  (text) => {
    expect(() => parseControlAddress(text)).toThrow(/Invalid socket address/);
  },
);
