import { setTimeout } from 'node:timers/promises';
import { BadPeer } from '../bad-peer.mjs';
import { onMesh } from '../on-mesh.mjs';
import { operatorStatus } from '../operator.mjs';

/** Ghosts that are named, in all, and how many of them in one update. */
const GHOSTS = 7_000;
const LINKS = 200;

export default onMesh({
  title: 'a peer that names ghosts, floods large updates, comes back, leaves',
  bounds: { logKb: 600 },
  strike: async ({ linkPort }, { short }) => {
    const until = performance.now() + (short ? 6_000 : 30_000);
    let round = 0;
    while (performance.now() < until) {
      round += 1;
      const peer = await BadPeer.connect(linkPort, 'mallory');
      for (let ghost = 0; ghost < GHOSTS && !peer.isClosed; ghost++) {
        await peer.say(`ghost-${round % 3}-${ghost}`, ['mallory']);
      }
      const links = Array.from({ length: LINKS }, (_, at) => `ghost-${round % 3}-${at}`);
      while (performance.now() < until && !peer.isClosed) {
        for (let burst = 0; burst < 50; burst++) await peer.say(`ghost-0-${burst}`, links);
        await setTimeout(10);
      }
      peer.leave();
      await setTimeout(200);
    }
  },
  after: async ({ hub }, { short }) => {
    const answer = await operatorStatus(hub.socket);
    if (answer === undefined) return ['status is not answered'];
    const problems = [];
    // In the short form a minute has not passed: what is known by hearsay only may still be there, within its bound.
    const allowed = short ? 500_000 : 20_000;
    if (answer.bytes > allowed) problems.push(`status has ${answer.bytes} bytes`);
    if (answer.ms > 2_000) problems.push(`status takes ${Math.round(answer.ms)} ms`);
    return problems;
  },
});
