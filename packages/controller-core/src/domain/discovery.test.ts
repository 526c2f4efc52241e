import { expect, it } from 'vitest';
import { discoveredType } from './discovery.js';

it.each([
  ['runs jobs', ['ansible-runner'], 1, 'execution'],
  ['runs jobs and routes', ['cat', 'ansible-runner'], 3, 'execution'],
  ['only routes', [], 2, 'hop'],
  ['ends a single link, as a client does', [], 1, undefined],
  ['is a control node, which registers itself', ['local'], 2, undefined],
  ['is a hybrid node', ['local', 'ansible-runner'], 2, undefined],
  ['offers work that is not ours', ['cat'], 2, undefined],
])('a node that %s', (_, workTypes, neighbours, type) => {
  expect(discoveredType({ hostname: 'a', workTypes, neighbours })).toBe(type);
});
