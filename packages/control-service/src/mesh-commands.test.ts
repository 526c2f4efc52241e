import type { MeshStatus } from '@receptorjs/netceptor';
import { describe, expect, it } from 'vitest';
import type { FirewallQuestion, MeshHandler, ReloadHandler } from './handlers.js';
import { explainReply, firewallReply, reloadReply, statusReply } from './mesh-commands.js';
import { parseRequest } from './request.js';

const signal = new AbortController().signal;

describe('reload', () => {
  const changes = {
    opened: ['tcp-peer a:1'],
    closed: ['tcp-peer b:1'],
    changed: ['log-level debug'],
    kept: ['node near'],
  };

  it('asks for the plan alone when the request does, and tells it', async () => {
    const asked: boolean[] = [];
    const reload: ReloadHandler = ({ planOnly }) => {
      asked.push(planOnly);
      return Promise.resolve({ success: true, changes });
    };
    expect(await reloadReply(parseRequest('{"command":"reload","plan":true}'), reload)).toEqual({
      Plan: {
        Open: ['tcp-peer a:1'],
        Close: ['tcp-peer b:1'],
        Change: ['log-level debug'],
        Keep: ['node near'],
      },
      Success: true,
    });
    expect(await reloadReply(parseRequest('reload'), reload)).toEqual({ Success: true });
    expect(await reloadReply(parseRequest('reload plan'), reload)).toHaveProperty('Plan');
    expect(asked).toEqual([true, false, true]);
    for (const plan of ['"yes"', '1', 'null', '[]']) {
      const request = parseRequest(`{"command":"reload","plan":${plan}}`);
      await expect(reloadReply(request, reload)).rejects.toThrow('plan must be true or false');
    }
    expect(asked).toHaveLength(3);
  });

  it('gives the reason of a refusal', async () => {
    const reload: ReloadHandler = () =>
      Promise.resolve({ success: false, error: 'no ERRORCODE 3', changes });
    expect(await reloadReply(parseRequest('reload'), reload)).toEqual({
      Error: 'no ERRORCODE 3',
      Success: false,
    });
  });
});

describe('explain', () => {
  const asked: unknown[] = [];
  const explain: NonNullable<MeshHandler['explain']> = (target, { service, tlsClient }) => {
    asked.push([target, service, tlsClient]);
    return Promise.resolve({ Node: target });
  };

  it('takes words or fields', async () => {
    expect(await explainReply(parseRequest('explain far'), explain, signal)).toEqual({
      Node: 'far',
    });
    await explainReply(parseRequest('explain far  tls'), explain, signal);
    await explainReply(
      parseRequest('{"command":"explain","target":"far","service":"web"}'),
      explain,
      signal,
    );
    expect(asked).toEqual([
      ['far', undefined, undefined],
      ['far', undefined, 'tls'],
      ['far', 'web', undefined],
    ]);
  });

  it.each([
    ['explain', 'no explain target'],
    ['{"command":"explain"}', 'no explain target'],
    ['{"command":"explain","target":7}', 'explain target must be string'],
    ['{"command":"explain","target":"far","service":[]}', 'explain service must be string'],
    ['{"command":"explain","target":"far","tls":{}}', 'explain tls name must be string'],
  ])('refuses %s', async (line, text) => {
    await expect(explainReply(parseRequest(line), explain, signal)).rejects.toThrow(text);
  });
});

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

describe('status', () => {
  const facts = { version: '1', cpuCount: 1, memoryMiB: 1 };
  const mesh: MeshStatus = {
    nodeId: 'a',
    connections: [
      { nodeId: 'b', cost: 1, rttNs: 250_000 },
      { nodeId: 'c', cost: 2 },
    ],
    knownConnectionCosts: {},
    routingTable: {},
    advertisements: [],
  };
  const text = (...args: Parameters<typeof statusReply>): string =>
    [...statusReply(...args)].join('');

  it('has the keys of the original, and round trips for who asks for them by name', () => {
    const all =
      '{"Advertisements":[],"Connections":[{"NodeID":"b","Cost":1},{"NodeID":"c","Cost":2}],' +
      '"KnownConnectionCosts":{},"NodeID":"a","RoutingTable":{},"SystemCPUCount":1,"SystemMemoryMiB":1,"Version":"1"}';
    expect(text(parseRequest('status'), mesh, facts)).toBe(all);
    const request = parseRequest('{"command":"status","requested_fields":["NodeID","RTT"]}');
    expect(text(request, mesh, facts)).toBe('{"NodeID":"a","RTT":{"b":250000}}');
  });

  it('has the nodes and their links in the order of their bytes, each a piece', () => {
    const request = parseRequest(
      '{"command":"status","requested_fields":["KnownConnectionCosts"]}',
    );
    const knownConnectionCosts = {
      b: { '\u{1f600}': 1, '\uffff': 2, a: 3 },
      '': {},
      B: { x: 0.5 },
    };
    const pieces = [...statusReply(request, { ...mesh, knownConnectionCosts }, facts)];
    expect(pieces.join('')).toBe(
      '{"KnownConnectionCosts":{"":{},"B":{"x":0.5},"b":{"a":3,"\uffff":2,"\u{1f600}":1}}}',
    );
    expect(pieces).toHaveLength(7);
  });

  it('names what was added to the protocol, to who asks', () => {
    const request = parseRequest('{"command":"status","requested_fields":["Additions"]}');
    expect(text(request, mesh, facts)).toBe(
      '{"Additions":["explain","firewall","reload plan","status RTT","stdin-end","work watch"]}',
    );
    expect(text(parseRequest('status'), mesh, facts)).not.toContain('Additions');
  });

  it.each(['"x"', 'null', '{}', '7', 'true', '[1]', '[null]'])(
    'D3: requested_fields %s is refused and nothing else happens',
    (value) => {
      const request = parseRequest(`{"command":"status","requested_fields":${value}}`);
      expect(() => statusReply(request, mesh, facts)).toThrow(/requested_fields must be/);
    },
  );
});
