import { expect, it } from 'vitest';
import { parseJson } from '@receptorjs/control-protocol';
import { parseNodeStatus } from './node-status.js';

const whole = `{
  "Advertisements": [
    {"NodeID": "b", "Service": "control", "Time": "2026-01-02T03:04:05Z", "ConnType": 1,
     "Tags": {"type": "Control Service"}, "WorkCommands": [{"WorkType": "cat", "Secure": false}]},
    {"NodeID": "c", "Service": "x", "Time": "2026-01-02T03:04:05Z", "ConnType": 0, "Tags": null}
  ],
  "Connections": [{"NodeID": "b", "Cost": 1.5}],
  "KnownConnectionCosts": {"a": {"b": 1.5}},
  "NodeID": "a", "RoutingTable": {"b": "b"}, "SystemCPUCount": 2, "SystemMemoryMiB": 3, "Version": "1.2.3",
  "Later": [1]
}`;

it('gives a status its types, and keeps what is not known', () => {
  const status = parseNodeStatus(parseJson(whole));
  expect(status.Connections?.map(({ NodeID, Cost }) => `${NodeID} ${Cost}`)).toEqual(['b 1.5']);
  expect(status.Advertisements?.[0]?.WorkCommands?.[0]?.WorkType).toBe('cat');
  expect(status.RoutingTable?.['b']).toBe('b');
  expect(status['Later']).toEqual([1]);
});

it.each(['{}', '{"Connections":null,"Advertisements":null}'])('takes %s', (text) => {
  expect(parseNodeStatus(parseJson(text))).toEqual(JSON.parse(text));
});

it.each([
  '[]',
  '{"NodeID":1}',
  '{"Connections":[{"NodeID":"b"}]}',
  '{"RoutingTable":{"b":1}}',
  '{"Advertisements":[{"NodeID":"b"}]}',
])('refuses %s', (text) => {
  expect(() => parseNodeStatus(parseJson(text))).toThrow(
    expect.objectContaining({ code: 'protocol' }) as Error,
  );
});
