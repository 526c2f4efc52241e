import { expect, it } from 'vitest';
import { addressOrigin, localOrigin, nodeOrigin, requestOrigin } from './origin.js';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:ffff::2', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
  ['nonsense', 'nonsense'],
  [undefined, 'unknown'],
])('%s is counted as %s', (address, counted) => {
  expect(addressOrigin(address)).toEqual({ key: `address ${counted}`, local: false });
});

it('knows the link over which a node comes', () => {
  const ghosts = ['one', 'two'].map((from) => requestOrigin({ transport: 'mesh', from, via: 'x' }));
  expect(ghosts.map(({ link }) => link)).toEqual(['link x', 'link x']);
  expect(requestOrigin({ transport: 'tcp', from: '192.0.2.1' }).link).toBeUndefined();
  expect(requestOrigin({ transport: 'unix' })).toBe(localOrigin);
});

it('keeps kinds apart', () => {
  expect(nodeOrigin('local socket', 'local socket').key).not.toBe(localOrigin.key);
  expect(nodeOrigin('192.0.2.1', '192.0.2.1').key).not.toBe(addressOrigin('192.0.2.1').key);
});
