import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.js';

const known = ['privateDataDir', 'playbook', 'tags', 'skipTags', 'tcp-listener', 'tcp-peer', 'id'];

it.each([
  ['private_data_dir', 'privateDataDir'],
  ['PLAYBOOK', 'playbook'],
  ['playbok', 'playbook'],
  ['palybook', 'playbook'],
  ['skip-tags', 'skipTags'],
  ['tcp-listner', 'tcp-listener'],
  ['tcp_peer', 'tcp-peer'],
  ['tgas', 'tags'],
  ['di', undefined],
  ['something', undefined],
  ['', undefined],
])('%s: %s', (given, meant) => {
  expect(nearestName(given, known)).toBe(meant);
});

it('takes a name of any length', () => {
  expect(nearestName('x'.repeat(1_000_000), known)).toBeUndefined();
});
