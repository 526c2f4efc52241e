import { expect, it } from 'vitest';
import { missingRoute } from './route.js';

it('says what is known when the node is not', () => {
  const mesh = {
    nodeId: 'near',
    knownConnectionCosts: { near: { hop: 1 }, hop: { near: 1 } },
    routingTable: { hop: 'hop' },
  };
  expect(missingRoute(mesh, 'far').findings).toEqual([
    { subject: 'Route', state: 'failed', text: 'nothing was heard of a node far; known: hop' },
  ]);
});

it('says so when there is no link at all', () => {
  const mesh = { nodeId: 'near', knownConnectionCosts: {}, routingTable: {} };
  expect(missingRoute(mesh, 'far').findings[0]?.text).toBe(
    'nothing was heard of a node far, nor of any other: this node has no link',
  );
});

it('names the link that is missing between the two parts', () => {
  const mesh = {
    nodeId: 'near',
    knownConnectionCosts: {
      near: { hop: 1 },
      hop: { near: 1 },
      far: { hop: 2, beyond: 1 },
      beyond: { far: 1 },
    },
    routingTable: { hop: 'hop' },
  };
  const { findings, path } = missingRoute(mesh, 'beyond');
  expect(path).toEqual([{ from: 'far', to: 'hop', cost: 2, up: false }]);
  expect(findings.map(({ text }) => text)).toEqual([
    'no way to beyond: it is in another part of the mesh than hop, near',
    'far - hop: far says it has a link with hop, which hop does not say',
  ]);
});

it('says what a node said last when no link to it is half there', () => {
  const mesh = {
    nodeId: 'near',
    knownConnectionCosts: { near: {}, far: {} },
    routingTable: {},
  };
  expect(missingRoute(mesh, 'far').findings.at(-1)?.text).toBe(
    'far last said that it has no link; none of its links is seen from both ends',
  );
});
