import { setTimeout } from 'node:timers/promises';
import { onMesh } from '../on-mesh.mjs';

const LINES = 20;
/** A job that takes about a second, and its output. */
const job = `-c 'n=0; while [ $n -lt ${LINES} ]; do echo $n; n=$((n+1)); sleep 0.05; done; cat'`;
const output = `${Array.from({ length: LINES }, (_, at) => `${at}\n`).join('')}input`;

export default onMesh({
  title: 'kill -9 of the node that works, again and again',
  // what goes through a node that is dead is lost
  bounds: { refused: Infinity, lostPings: Infinity, pingMs: 35_000, stallMs: 35_000 },
  strike: async ({ hub, near }, { short }) => {
    const problems = [];
    for (let round = 0; round < (short ? 2 : 20); round++) {
      const client = await near.control();
      const submission = { node: 'hub', workType: 'sh', params: { params: job } };
      const running = client.runWork(submission, 'input', { lostTimeoutMs: 30_000 });
      // any moment between the submission and the end
      await Promise.race([running.catch(() => undefined), setTimeout(1_200 * Math.random())]);
      await hub.stop('SIGKILL');
      hub.start();
      try {
        const { stdout } = await running;
        if (String(stdout) !== output)
          problems.push(`round ${round}: ${String(stdout).length} bytes came`);
      } catch (error) {
        problems.push(`round ${round}: ${String(error)}`);
      } finally {
        client.close();
      }
      await hub.routeTo('near');
    }
    return problems;
  },
});
