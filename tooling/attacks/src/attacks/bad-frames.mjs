import { setTimeout } from 'node:timers/promises';
import { BadPeer } from '../bad-peer.mjs';
import { onMesh } from '../on-mesh.mjs';
import { operatorStatus } from '../operator.mjs';

const FOREIGN_IDS = ['localhost', 'LocalHost', 'a\0b', '\u0000', '', 'x'.repeat(2_000)];
const CONNECTIONS = 20;
const FRAMES = 10_000;

export default onMesh({
  title: 'frames of no bytes, ids that are none',
  strike: async ({ hub, linkPort }) => {
    const empty = Buffer.alloc(2 * FRAMES);
    for (let at = 0; at < CONNECTIONS; at++) {
      const peer = await BadPeer.connect(linkPort, `mallory${at}`);
      await peer.write(empty);
      await setTimeout(20);
      peer.leave();
    }
    const peers = [];
    for (const id of FOREIGN_IDS) {
      const peer = await BadPeer.connect(linkPort, id);
      for (const ghost of FOREIGN_IDS) await peer.say(ghost, ['hub', ...FOREIGN_IDS]);
      peers.push(peer);
    }
    await setTimeout(500);
    const answer = await operatorStatus(hub.socket);
    for (const peer of peers) peer.leave();
    const status = /** @type {any} */ (answer?.status);
    const known = [
      ...Object.keys(status?.RoutingTable ?? {}),
      ...(status?.Connections ?? []).map((/** @type {any} */ { NodeID }) => NodeID),
    ];
    return FOREIGN_IDS.filter((id) => known.includes(id)).map(
      (id) => `a node ${JSON.stringify(id.slice(0, 20))} is known`,
    );
  },
});
