import { expect, it } from 'vitest';
import { knownPath, missingRoute } from './route.js';

const mesh = {
  nodeId: 'near',
  knownConnectionCosts: { near: { hop: 1 }, hop: { near: 1 }, far: {} },
  routingTable: { hop: 'hop' },
};

it('says what is known when the node is not', () => {
  expect(missingRoute(mesh, 'nonesuch', [], 0)).toEqual({
    findings: [
      {
        subject: 'Route',
        state: 'failed',
        text: 'nothing was heard of a node nonesuch; known: far, hop',
      },
    ],
    path: [],
  });
});

it('says so when there is no link at all', () => {
  const alone = { nodeId: 'near', knownConnectionCosts: {}, routingTable: {} };
  expect(missingRoute(alone, 'far', [], 0).findings[0]?.text).toBe(
    'nothing was heard of a node far, nor of any other: this node has no link',
  );
});

it('names the links that are missing between the two parts, and since when', () => {
  const lost = [
    { a: 'far', b: 'hop', cost: 2, lostAt: 10_000 },
    { a: 'far', b: 'beyond', cost: 1, lostAt: 9_000 },
  ];
  const { findings, path } = missingRoute(mesh, 'beyond', lost, 22_000);
  expect(path).toEqual([{ from: 'hop', to: 'far', cost: 2, up: false }]);
  expect(findings.map(({ text }) => text)).toEqual([
    'no route to beyond; this part of the mesh: hop, near',
    'hop - far: down, lost 12 s ago',
  ]);
});

it('says so when it never saw a link that would join the two', () => {
  expect(missingRoute(mesh, 'far', [], 0).findings.at(-1)).toEqual({
    subject: 'Link',
    state: 'unknown',
    text: 'no link was seen that would join far with this part',
  });
});

it('finds the cheapest path over links seen from both ends', () => {
  const costs = {
    a: { b: 1, c: 5, d: 1 },
    b: { a: 1, c: 1 },
    c: { a: 5, b: 1, d: 1 },
    d: { c: 1 },
  };
  expect(knownPath(costs, 'a', 'd')).toEqual(['a', 'b', 'c', 'd']);
  expect(knownPath(costs, 'a', 'a')).toEqual(['a']);
  expect(knownPath(costs, 'a', 'x')).toEqual(['a']);
});
