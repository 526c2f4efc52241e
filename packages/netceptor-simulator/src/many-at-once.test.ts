import { expect, it } from 'vitest';
import type { RawPeer } from './raw-peer.js';
import { SimulatedMesh } from './simulated-mesh.js';

let made = 0;
const update = (nodeId: string, links: string, epoch: number): Buffer =>
  Buffer.from(
    `\x01{"NodeID":"${nodeId}","UpdateID":"u${++made}","UpdateEpoch":${epoch},"UpdateSequence":${made},` +
      `"Connections":{${links}},"ForwardingNode":"${nodeId}","SuspectedDuplicate":0}`,
  );
const advertisement = (nodeId: string): Buffer =>
  Buffer.from(
    `\x02{"NodeID":"${nodeId}","Service":"control","Time":"${new Date(1_700_000_000_000 + ++made).toISOString()}"` +
      `,"ConnType":1,"Tags":null,"WorkCommands":null,"Cancel":false}`,
  );

it('five hundred nodes behind one address come at once, lose their links, and are there again', () => {
  const mesh = new SimulatedMesh();
  const hub = mesh.add('hub');
  const count = 500;
  let peers: RawPeer[] = [];
  /** As nodes do, the original's too, with a few updates while others come. */
  const come = (epoch: number): void => {
    peers = Array.from({ length: count }, (_, at) => {
      const id = `n${at}`;
      const peer = mesh.linkRawPeer(hub, { origin: 'address 192.0.2.1', latencyMs: 1 + (at % 50) });
      peer.send(update(id, '', epoch));
      for (let time = 0; time < 2; time++) peer.send(update(id, '"hub":1', epoch));
      peer.send(advertisement(id));
      return peer;
    });
  };
  for (let epoch = 1; epoch <= 3; epoch++) {
    come(epoch);
    mesh.run(2000);
    expect(Object.keys(hub.core.status().routingTable)).toHaveLength(count);
    expect(hub.core.sizes.advertisements).toBe(count);
    expect(peers.filter(({ isClosed }) => isClosed)).toEqual([]);
    for (const peer of peers) peer.close();
    mesh.run(1000);
    expect(hub.core.status().connections).toEqual([]);
  }
  expect(hub.lines.filter((line) => /Dropping|Rejected/.test(line))).toEqual([]);
});
