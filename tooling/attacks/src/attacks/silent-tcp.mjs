import { setTimeout } from 'node:timers/promises';
import { onMesh } from '../on-mesh.mjs';
import { silentSessions } from '../sessions.mjs';

export default onMesh({
  title: '4,096 silent sessions on the TCP port of the control service',
  strike: async ({ controlPort }) => {
    const sessions = await silentSessions(4_096, { host: '127.0.0.1', port: controlPort });
    await setTimeout(1_000);
    sessions.close();
  },
});
