import { statfs } from 'node:fs/promises';
import { onMesh } from '../on-mesh.mjs';
import { LyingNode, statusLine } from '../lying-node.mjs';
import { until } from '../until.mjs';

const piece = Buffer.alloc(256 * 1024, 'x');
/** What must be left of the small disk of `hub`, in bytes: less than any reserve. */
const LEFT_BYTES = 2_000_000;
const DISK_MB = 96;

export default onMesh({
  title: 'a far node whose job never ends its stdout',
  hubDiskMb: DISK_MB,
  strike: async ({ hub, linkPort }) => {
    const far = await LyingNode.join(linkPort, 'mallory', {
      // the original asks for no more than there is
      status: () => statusLine({ StdoutSize: 2 ** 40 }),
      results: function* () {
        for (;;) yield piece;
      },
    });
    const problems = [];
    const client = await hub.control();
    try {
      await hub.routeTo('mallory');
      const { unitId } = await client.submit({ node: 'mallory', workType: 'lies' }, 'input');
      const free = async () => {
        const { bavail, bsize } = await statfs(`/proc/${hub.pid}/root${hub.dataDir}`);
        return bavail * bsize;
      };
      const { detail, left } = await until('the disk to be full, or to be spared', async () => {
        const told = (await client.workStatus(unitId)).detail;
        const bytes = await free();
        return /space/.test(told) || bytes < LEFT_BYTES ? { detail: told, left: bytes } : undefined;
      });
      if (left < LEFT_BYTES) problems.push(`its disk is full: ${left} bytes left`);
      if (!/space/.test(detail)) problems.push(`the status says: ${detail}`);
      await client
        .runWork({ node: 'hub', workType: 'cat' }, 'a job of its own')
        .catch((/** @type {unknown} */ error) =>
          problems.push(`a job of hub failed: ${String(error)}`),
        );
      await client
        .workRelease(unitId)
        .catch((/** @type {unknown} */ error) =>
          problems.push(`a release failed: ${String(error)}`),
        );
    } finally {
      client.close();
      await far.close();
    }
    return problems;
  },
});
