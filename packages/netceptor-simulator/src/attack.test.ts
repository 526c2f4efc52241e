import { describe, expect, it } from 'vitest';
import type { RawPeer } from './raw-peer.js';
import { SimulatedMesh } from './simulated-mesh.js';
import type { SimulatedNode } from './simulated-node.js';

/** What a node of this kind takes for a unit of work, rather more than less. */
const MS_PER_UNIT = 0.0002;
const ATTACK_MS = 30_000;
/** How often it says something, in milliseconds, and how much: what exceeds its allowance many times over. */
const PACE_MS = 20;
const PACE = { bytes: 65_536, messages: 400 };

let made = 0;

/** A routing update of a node, as the peer `b` hands it on; `links` is their JSON. */
function update(nodeId: string, links: string): Buffer {
  made++;
  return Buffer.from(
    `\x01{"NodeID":"${nodeId}","UpdateID":"u${made}","UpdateEpoch":1,"UpdateSequence":${made},` +
      `"Connections":{${links}},"ForwardingNode":"b","SuspectedDuplicate":0}`,
  );
}

function advertisement(nodeId: string, service: string): Buffer {
  made++;
  const json = JSON.stringify({
    NodeID: nodeId,
    Service: service,
    Time: new Date(1_700_000_000_000 + made).toISOString(),
    ConnType: 1,
    Tags: { type: 'x'.repeat(100) },
    WorkCommands: null,
    Cancel: false,
  });
  return Buffer.from(`\x02${json}`);
}

const linksTo = (names: readonly string[]): string => names.map((name) => `"${name}":1`).join(',');
const ghost = (at: number): string => `ghost-${at}`;
const ghosts = linksTo(Array.from({ length: 1500 }, (_, at) => ghost(at)));
const MESHED = 700;
const meshed = linksTo(Array.from({ length: MESHED }, (_, at) => ghost(at)));
const nobodies = linksTo(Array.from({ length: 2000 }, (_, at) => `neighbor-number-${at}`));

/** What a peer says after it has named itself, one message after the other; each connection begins anew. */
const attacks: Record<string, (at: number) => Buffer> = {
  'nodes that do not exist, then large updates of them': (at) =>
    at < 7000 ? update(ghost(at), '"b":1') : update(ghost(at % 7000), `${nobodies},"x${at}":1`),
  'nodes behind it that have links with each other, which change all the time': (at) =>
    at % (MESHED + 1) === 0
      ? update('b', `"hub":1,${meshed},"x${at}":1`)
      : update(ghost(at % (MESHED + 1)), `${meshed},"b":${1 + (at % 7)}`),
  'nodes that come into reach and go, again and again': (at) =>
    at < 1500
      ? update(ghost(at), '"b":1')
      : update('b', at % 2 === 0 ? `"hub":1,${ghosts}` : '"hub":1'),
  'advertisements of services that no node has': (at) => advertisement(ghost(at), 's'),
  'messages that no node understands': () => Buffer.from('\x01{"NodeID":'),
};

/** A hub and those that use it, in calm; `links` also have other ways. */
function meshWithHub(): { mesh: SimulatedMesh; hub: SimulatedNode; users: SimulatedNode[] } {
  const mesh = new SimulatedMesh({ msPerUnit: MS_PER_UNIT, keep: 100_000 });
  const hub = mesh.add('hub');
  const users = ['c', 'd', 'e'].map((id) => mesh.add(id));
  for (const user of users) mesh.link(user, hub, { latencyMs: 5, redialMs: 1000 });
  // One that is two hops away.
  const far = mesh.add('f');
  mesh.link(far, users[2]!, { latencyMs: 5, redialMs: 1000 });
  mesh.run(20_000);
  return { mesh, hub, users: [...users, far] };
}

/** Pings a node from another every 50 ms; gives the round trips, Infinity for those that never came back. */
function pingAlways(mesh: SimulatedMesh, from: SimulatedNode, to: string): number[] {
  const trips: number[] = [];
  const ping = (): void => {
    const { dataPlane } = from.core;
    const place = trips.push(Infinity) - 1;
    const start = mesh.now;
    const service = dataPlane.open(undefined, {
      receive: () => {
        trips[place] = mesh.now - start;
        dataPlane.close(service);
      },
      unreachable: () => undefined,
    });
    dataPlane.send(service, to, 'ping', Buffer.alloc(0));
    mesh.at(mesh.now + 50, ping);
  };
  mesh.at(mesh.now, ping);
  return trips;
}

/** Connects, says what an attack says as fast as its line takes it, and connects again when it is thrown out. */
function attack(mesh: SimulatedMesh, hub: SimulatedNode, say: (at: number) => Buffer): () => void {
  let peer: RawPeer | undefined;
  let at = 0;
  let isOver = false;
  const turn = (): void => {
    if (isOver) return;
    if (peer === undefined || peer.isClosed) {
      at = 0;
      peer = mesh.linkRawPeer(hub, { origin: '192.0.2.66', latencyMs: 1 });
      peer.send(update('b', ''));
      peer.send(update('b', '"hub":1'));
    }
    for (let bytes = 0, count = 0; bytes < PACE.bytes && count < PACE.messages; count++) {
      const message = say(at++);
      bytes += message.length;
      peer.send(message);
    }
    mesh.at(mesh.now + PACE_MS, turn);
  };
  mesh.at(mesh.now, turn);
  return () => {
    isOver = true;
    peer?.close();
  };
}

const sizesOf = (nodes: readonly SimulatedNode[]) =>
  nodes.map(({ core: { sizes } }) => ({ nodes: sizes.nodes, ads: sizes.advertisements }));

describe('half a minute of a peer that sends', () => {
  it.each(Object.keys(attacks))(
    '%s: disturbs no other node, and leaves nothing',
    { timeout: 120_000 },
    (name) => {
      const { mesh, hub, users } = meshWithHub();
      const [c, , , far] = users;
      const all = [hub, ...users];
      const near = pingAlways(mesh, c!, 'd');
      const distant = pingAlways(mesh, far!, 'c');
      mesh.run(5000);
      const calm = [Math.max(...near.slice(0, 90)), Math.max(...distant.slice(0, 90))] as const;
      const before = sizesOf(all);
      const linesBefore = all.map(({ lines }) => lines.length);
      for (const node of all) node.takeLongestMs();

      const stop = attack(mesh, hub, attacks[name]!);
      mesh.run(ATTACK_MS);
      stop();
      mesh.run(1000);
      const during = [near, distant].map((trips) => Math.max(...trips.slice(100, -10)));
      expect(during[0]! - calm[0]).toBeLessThan(100);
      expect(during[1]! - calm[1]).toBeLessThan(100);
      for (const node of all) expect(node.takeLongestMs()).toBeLessThan(50);
      for (const [at, { lines }] of all.entries())
        expect(lines.length - linesBefore[at]!).toBeLessThan(1700);

      mesh.run(60_000);
      expect(sizesOf(all)).toEqual(before);
      expect(hub.core.status().connections.map(({ nodeId }) => nodeId)).not.toContain('b');
      expect(Math.max(...near.slice(-1000, -10)) - calm[0]).toBeLessThan(5);
    },
  );
});
