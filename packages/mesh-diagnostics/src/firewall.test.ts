import { expect, it } from 'vitest';
import { firewallFindings } from './firewall.js';

const directions = [
  { fromNode: 'near', fromService: 'x', toNode: 'far', toService: 'control' },
  { fromNode: 'far', fromService: 'control', toNode: 'near', toService: 'x' },
];
const accept = { action: 'accept' };

it('names the rule that stops a direction, who does not say, and who lets it pass', () => {
  const answers = new Map([
    ['hop', { firewall: [accept, { action: 'drop', rule: 'rule 2: drop fromnode=far' }] }],
    ['foreign', {}],
    ['far', { firewall: [{ action: 'accept', rule: 'rule 1: accept all' }, accept] }],
  ]);
  const nodes = ['near', 'hop', 'foreign', 'silent', 'far'];
  expect(firewallFindings('near', [accept, accept], nodes, answers, directions)).toEqual([
    {
      subject: 'Firewall',
      state: 'failed',
      text: 'hop drops what goes from far to near: rule 2: drop fromnode=far',
    },
    { subject: 'Firewall', state: 'unknown', text: 'foreign does not say what its rules are' },
    { subject: 'Firewall', state: 'unknown', text: 'silent could not be asked what its rules are' },
    { subject: 'Firewall', state: 'ok', text: 'let through by near, far (rule 1: accept all)' },
  ]);
});
