import { SimulatedMesh } from '@receptorjs/netceptor-simulator';
import { expect, it } from 'vitest';
import { DataPlane } from './data-plane.js';
import { parseFirewallRules } from './firewall-rules.js';
import { MessageTrace } from './message-trace.js';
import { NodeRecord } from '../routing/node-record.js';
import { NodeTable } from '../routing/node-table.js';

it('D13: trace writes one line for each message that is received, sent, handed on or refused', () => {
  const mesh = new SimulatedMesh();
  const lines: string[] = [];
  const nodes = new NodeTable();
  const [self, near, far] = ['hop', 'near', 'far'].map((id) => nodes.add(id, 0));
  if (self === undefined || near === undefined || far === undefined) throw new Error('no room');
  const sent: Buffer[] = [];
  for (const node of [near, far]) {
    node.nextHop = {
      nodeId: node.id,
      transport: {
        description: 'test',
        sendControl: (message) => sent.push(message),
        sendData: (chunk, start, end) => sent.push(chunk.subarray(start, end)),
        reserve: (length) => Buffer.alloc(length),
        commit: () => undefined,
        close: () => undefined,
      },
    };
  }
  const log = { error: () => 0, warning: () => 0, info: () => 0, debug: () => 0 };
  const plane = new DataPlane(
    self,
    nodes,
    { random: mesh.random, wallTime: () => 0, log },
    new MessageTrace((line) => lines.push(line), nodes),
  );
  plane.open('svc', { receive: () => undefined, unreachable: () => undefined });

  plane.send('svc', 'far', 'other', Buffer.from('hello'));
  const path = plane.path('svc', 'far', 'other');
  path.reserve(100);
  path.commit(7);
  expect(lines.splice(0)).toEqual([
    '--- Sending data length 5 from hop:svc to far:other',
    '    Forwarding data length 5 via far',
    '--- Sending data length 7 from hop:svc to far:other',
  ]);

  const message = Buffer.from(sent[0] ?? []);
  const hash = new NodeRecord('near', 0).hash;
  message.writeInt32BE(hash.high, 4);
  message.writeInt32BE(hash.low, 8);
  plane.handle(message, 0, message.length, 'near');
  plane.firewall.set(parseFirewallRules([{ action: 'drop', toservice: 'other' }]));
  plane.handle(message, 0, message.length, 'near');
  expect(lines).toEqual([
    '--- Received data length 5 from near:svc to far:other via near',
    '    Forwarding data length 5 via far',
    '--- Received data length 5 from near:svc to far:other via near',
    '    Refusing data length 5 from near:svc to far:other: dropped by firewall',
  ]);
});
