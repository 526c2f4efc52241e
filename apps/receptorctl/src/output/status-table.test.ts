import { expect, it } from 'vitest';
import { statusTable } from './status-table.js';

const bare = { NodeID: 'a', Version: '1.0', SystemCPUCount: 2, SystemMemoryMiB: 24105 };

it('leaves out tables without rows', () => {
  expect(statusTable({ ...bare, Connections: [], Advertisements: [], RoutingTable: {} })).toBe(
    'Node ID: a\nVersion: 1.0\nSystem CPU Count: 2\nSystem Memory MiB: 24105\n',
  );
});

it('prints every table, as wide as the longest name', () => {
  const table = statusTable({
    ...bare,
    Connections: [{ NodeID: 'a-node-with-a-name', Cost: 1.5 }],
    KnownConnectionCosts: { a: { b: 1 }, b: {} },
    RoutingTable: { b: 'b' },
    Advertisements: [
      {
        NodeID: 'b',
        Service: 'control',
        Time: '2021-08-04T19:26:14.123-04:00',
        ConnType: 2,
        Tags: null,
        WorkCommands: [
          { WorkType: 'cat', Secure: false },
          { WorkType: 'sh', Secure: true },
        ],
      },
      {
        NodeID: 'b',
        Service: 'other',
        Time: '2021-08-04T19:26:14Z',
        ConnType: 0,
        Tags: { type: 'x' },
        WorkCommands: [{ WorkType: 'late', Secure: false }],
      },
    ],
  });
  expect(table.split('\n').slice(5)).toEqual([
    'Connection         Cost',
    'a-node-with-a-name 1.5',
    '',
    'Known Node         Known Connections',
    'a                  b: 1 ',
    'b                  ',
    '',
    'Route              Via',
    'b                  b',
    '',
    'Node               Service   Type       Last Seen             Tags',
    'b                  control   StreamTLS  2021-08-04 19:26:14   -               ',
    "b                  other     Datagram   2021-08-04 19:26:14   {'type': 'x'}   ",
    '',
    'Node               Work Types',
    'b                  cat',
    '',
    'Node               Secure Work Types',
    'b                  sh',
    '',
  ]);
});

it('shows what it does not know as JSON', () => {
  expect(statusTable({ ...bare, More: 1 })).toMatch(
    /\nAdditional data returned from Receptor:\n\{\n {4}"More": 1\n\}\n$/,
  );
});
