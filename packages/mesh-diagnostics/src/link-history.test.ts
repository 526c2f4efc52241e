import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { LinkHistory } from './link-history.js';

class Node extends EventEmitter {
  costs: Record<string, Record<string, number>> = {};
  linksInReach() {
    return Object.entries(this.costs).flatMap(([a, peers]) =>
      Object.entries(peers).flatMap(([b, cost]) =>
        a < b && this.costs[b]?.[a] !== undefined ? [{ a, b, cost }] : [],
      ),
    );
  }
}

it('remembers links after they were lost as long as they had stood, and forgets those that came back', () => {
  const node = new Node();
  let now = 0;
  const history = new LinkHistory(node, () => now);
  node.costs = { a: { b: 1 }, b: { a: 1, c: 2 }, c: { b: 2 }, d: { c: 1 } };
  expect(history.lost()).toEqual([]);
  now = 1000;
  node.costs = { a: { b: 1 }, b: { a: 1 }, c: {} };
  expect(history.lost()).toEqual([{ a: 'b', b: 'c', cost: 2, lostAt: 1000 }]);
  now = 2000;
  node.costs = { a: {}, b: {} };
  expect(history.lost().map(({ a, b }) => a + b)).toEqual(['ab', 'bc']);
  node.costs = { b: { c: 2 }, c: { b: 2 } };
  expect(history.lost().map(({ a, b }) => a + b)).toEqual(['ab']);
  now += 60_001;
  expect(history.lost()).toEqual([]);
  now += 86_400_000;
  node.costs = {};
  expect(history.lost().map(({ a, b }) => a + b)).toEqual(['bc']);
  now += 86_390_000;
  expect(history.lost().map(({ a, b }) => a + b)).toEqual(['bc']);
  now += 10_001;
  expect(history.lost()).toEqual([]);
  history.close();
  expect(node.listenerCount('route')).toBe(0);
});
