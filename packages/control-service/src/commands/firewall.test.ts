import { describe, expect, it } from 'vitest';
import type { FirewallQuestion } from '../handlers.js';
import { firewallReply } from './firewall.js';
import { parseRequest } from './request.js';

describe('firewall', () => {
  const asked: FirewallQuestion[] = [];
  const firewall = (question: FirewallQuestion) => {
    asked.push(question);
    return { Action: 'accept' };
  };

  it('hands on all four sides of a message', () => {
    const request = parseRequest(
      '{"command":"firewall","fromnode":"a","fromservice":"x","tonode":"b","toservice":"control"}',
    );
    expect(firewallReply(request, firewall)).toEqual({ Action: 'accept' });
    expect(asked).toEqual([{ fromNode: 'a', fromService: 'x', toNode: 'b', toService: 'control' }]);
  });

  it('refuses lines and missing fields', () => {
    expect(() => firewallReply(parseRequest('firewall a b'), firewall)).toThrow('as JSON');
    expect(() =>
      firewallReply(parseRequest('{"command":"firewall","fromnode":"a"}'), firewall),
    ).toThrow('field fromservice missing');
  });
});
