import type { MeshStatus } from '@receptorjs/netceptor';
import { describe, expect, it } from 'vitest';
import { statusReply } from './status.js';
import { parseRequest } from './request.js';

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
      '{"Additions":["activity","explain","firewall","log-level","reload plan","status RTT","stdin-end","stdin-size","work digest","work events","work follow","work list ages","work watch"]}',
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
