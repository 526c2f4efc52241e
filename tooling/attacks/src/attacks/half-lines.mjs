import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { onMesh } from '../on-mesh.mjs';
import { roomIn } from '../room.mjs';

const CONNECTIONS = 100;
const LINE_BYTES = 15_000_000;

export default onMesh({
  title: '100 lines of 15 MB that never end',
  strike: async ({ hub }, { short }) => {
    const piece = Buffer.alloc(1_000_000, 'a');
    const start = Buffer.from('{"command":"status","requested_fields":["');
    const sockets = Array.from({ length: CONNECTIONS }, () => connect(hub.socket));
    await Promise.all(
      sockets.map(async (socket) => {
        socket.on('error', () => undefined);
        socket.resume();
        await once(socket, 'connect').catch(() => undefined);
        socket.write(start);
        for (
          let sent = 0;
          sent < LINE_BYTES / (short ? 3 : 1) && !socket.destroyed;
          sent += piece.length
        ) {
          // who is not read from any more waits until it is closed, or for a moment
          if (!socket.write(piece)) await roomIn(socket, 2_000);
        }
      }),
    );
    await setTimeout(500);
    for (const socket of sockets) socket.destroy();
  },
});
