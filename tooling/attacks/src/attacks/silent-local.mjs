import { setTimeout } from 'node:timers/promises';
import { onMesh } from '../on-mesh.mjs';
import { operatorStatus } from '../operator.mjs';
import { silentSessions } from '../sessions.mjs';

/** Milliseconds after which a client that has never asked for anything has lost its place. */
const IDLE_MS = 65_000;

// The operator is of the same origin as the attacker here: what helps is the limit until the first request.
export default onMesh({
  title: '4,096 silent sessions on the Unix socket',
  bounds: { refused: Infinity },
  strike: async ({ hub, controlPort }, { short }) => {
    const sessions = await silentSessions(4_096, { path: hub.socket });
    const problems = [];
    const remote = await silentSessions(1, { host: '127.0.0.1', port: controlPort });
    await setTimeout(300);
    if (remote.open() === 0) problems.push('clients over TCP are locked out');
    remote.close();
    if (!short) {
      await setTimeout(IDLE_MS);
      if (!(await operatorStatus(hub.socket))) problems.push('still locked out after a minute');
    }
    sessions.close();
    return problems;
  },
  after: async ({ hub }) =>
    (await operatorStatus(hub.socket)) ? [] : ['locked out after they have left'],
});
