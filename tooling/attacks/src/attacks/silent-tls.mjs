import { setTimeout } from 'node:timers/promises';
import { ControlClient } from '@receptorjs/control-client';
import { hubCertificate } from '../certificates.mjs';
import { freePort } from '@receptorjs/tooling-test-peers';
import { onMesh } from '../on-mesh.mjs';
import { silentSessions } from '../sessions.mjs';

const SESSIONS = 1_500;
/** The beginning of a handshake whose rest never comes. */
const BEGINNING = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);
/** Milliseconds after which a handshake must have been given up. */
const HANDSHAKE_MS = 35_000;

/** @type {{ linkPort: number, controlPort: number, ca: string } | undefined} */
let tls;

export default onMesh({
  title: 'TLS listeners whose clients are silent, or begin a handshake and stop',
  hubActions: async (place) => {
    const { cert, key, ca, caText } = await hubCertificate(place);
    const [linkPort, controlPort] = [await freePort(), await freePort()];
    tls = { linkPort, controlPort, ca: caText() };
    return [
      { 'tls-server': { name: 'in', cert, key, requireclientcert: true, clientcas: ca } },
      { 'tls-server': { name: 'open', cert, key } },
      { 'tcp-listener': { bindaddr: '127.0.0.1', port: linkPort, tls: 'in' } },
      {
        'control-service': {
          service: 'second',
          tcplisten: `127.0.0.1:${controlPort}`,
          tcptls: 'open',
        },
      },
    ];
  },
  strike: async (_mesh, { short }) => {
    const { linkPort, controlPort, ca } = tls ?? { linkPort: 0, controlPort: 0, ca: '' };
    const problems = [];
    const sessions = [];
    for (const port of [linkPort, controlPort]) {
      const where = { host: '127.0.0.1', port, localAddress: '127.0.0.2' };
      sessions.push(
        await silentSessions(SESSIONS, where, (socket, at) => {
          if (at % 2 === 0) socket.write(BEGINNING);
        }),
      );
    }
    await setTimeout(500);
    try {
      const client = await ControlClient.connect(`tls://127.0.0.1:${controlPort}`, {
        tls: { ca },
        timeoutMs: 10_000,
      });
      await client.status(['NodeID']);
      client.close();
    } catch (error) {
      problems.push(`a client with TLS is locked out: ${String(error)}`);
    }
    if (!short) {
      await setTimeout(HANDSHAKE_MS);
      const open = sessions.reduce((sum, each) => sum + each.open(), 0);
      if (open > 0) problems.push(`${open} handshakes are waited for still`);
    }
    for (const each of sessions) each.close();
    return problems;
  },
});
