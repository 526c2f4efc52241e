import { setTimeout } from 'node:timers/promises';
import { onMesh } from '../on-mesh.mjs';

export default onMesh({
  title: 'SIGUSR1, SIGUSR2 and SIGHUP',
  strike: async ({ hub }) => {
    const problems = [];
    for (const signal of /** @type {const} */ (['SIGUSR1', 'SIGUSR2', 'SIGHUP'])) {
      if (hub.end !== undefined) break;
      hub.signal(signal);
      await setTimeout(700);
      if (hub.end !== undefined) problems.push(`${signal} ended it`);
    }
    if (/debugger listening/i.test(hub.logText())) problems.push('a debugger listens on a port');
    return problems;
  },
});
