import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { onMesh } from '../on-mesh.mjs';

const COUNT = 4_096;
const AT_ONCE = 64;

export default onMesh({
  title: '4,096 silent sessions of one node of the mesh',
  strike: async ({ linkPort }) => {
    const node = new MeshNode({ nodeId: 'mallory' });
    node.on('link-failed', () => undefined);
    await dialTcp(node, { host: '127.0.0.1', port: linkPort });
    await node.reachable('hub', { timeoutMs: 10_000 });
    const streams = new StreamHost(node);
    for (let opened = 0; opened < COUNT; opened += AT_ONCE) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          const stream = await streams
            .dial('hub', 'control', { timeoutMs: 2_000 })
            .catch(() => undefined);
          stream?.on('error', () => undefined);
          stream?.resume();
        }),
      );
    }
    await node.close();
  },
});
