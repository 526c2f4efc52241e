import { createSocket } from 'node:dgram';
import { describe, it } from 'vitest';
import { checkBackend } from '../conformance/check-backend.js';
import { relayUdp } from '../conformance/relay-udp.js';
import { dialUdp } from './udp-dialer.js';
import { listenUdp } from './udp-listener.js';

const host = '127.0.0.1';

checkBackend({ describe, it }, 'udp', {
  isLossy: true,
  longest: 65_507,
  listen: async (node, port = 0, options) => {
    const end = await listenUdp(node, { host, port, ...options });
    return { end, address: end.address.port };
  },
  dial: (node, port, options) => dialUdp(node, { host, port, ...options }),
  relay: relayUdp,
  speak: (port) => {
    const socket = createSocket('udp4');
    return Promise.resolve({
      send: (message) => socket.send(message, port, host),
      close: () => void socket.close(),
    });
  },
  sendGarbage: async (port, bytes) => {
    const socket = createSocket('udp4');
    await new Promise((resolve) => socket.send(bytes, port, host, resolve));
    socket.close();
  },
});
