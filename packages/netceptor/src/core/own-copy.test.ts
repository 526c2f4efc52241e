import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { ownCopy } from './own-copy.js';

it.each([
  '',
  'short',
  'a name of many characters',
  'ein längerer Name',
  '\ud83d\ude00'.repeat(9),
  `${'x'.repeat(20)}\ud800`,
])('is the same text: %j', (text) => {
  expect(ownCopy(`<${text}>`.slice(1, -1))).toBe(text);
});

it('does not keep the message that a name comes from', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (copy: (text: string) => string): number => {
    collect();
    const before = process.memoryUsage().heapUsed;
    const names = Array.from({ length: 1000 }, (_, at) => {
      const message = Buffer.alloc(60_000, `${at}x`).toString('latin1');
      return copy(message.slice(100, 130));
    });
    collect();
    const after = process.memoryUsage().heapUsed;
    expect(names).toHaveLength(1000);
    return after - before;
  };
  expect(held(ownCopy)).toBeLessThan(10_000_000);
  // Were it not for the copies: should the engine ever do otherwise, they can go.
  expect(held((text) => text)).toBeGreaterThan(50_000_000);
});
