import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { onMesh } from '../on-mesh.mjs';

const COUNT = 4_200;
const AT_ONCE = 100;

export default onMesh({
  title: '4,200 silent sessions of one node of the mesh',
  strike: async ({ linkPort }) => {
    const node = new MeshNode({ nodeId: 'mallory' });
    node.on('link-failed', () => undefined);
    await dialTcp(node, { host: '127.0.0.1', port: linkPort });
    await node.reachable('hub', { timeoutMs: 10_000 });
    const streams = new StreamHost(node);
    let greeted = 0;
    const session = async () => {
      const stream = await streams.dial('hub', 'control', { timeoutMs: 2_000 });
      stream.on('error', () => undefined);
      stream.once('data', () => (greeted += 1));
      await Promise.race([once(stream, 'data'), once(stream, 'close'), setTimeout(2_000)]);
    };
    // refused again and again, it has what it can get
    for (let opened = 0, refused = 0; opened < COUNT && refused < 2; opened += AT_ONCE) {
      const before = greeted;
      await Promise.all(Array.from({ length: AT_ONCE }, () => session().catch(() => undefined)));
      refused = greeted === before ? refused + 1 : 0;
    }
    await setTimeout(500);
    await node.close();
  },
});
