import { backendConformance } from './conformance.js';
import { dialUdp } from './udp-dialer.js';
import { listenUdp } from './udp-listener.js';

backendConformance('udp', {
  listen: async (node, options) => {
    const listener = await listenUdp(node, { host: '127.0.0.1', port: 0, ...options });
    return { end: listener, address: listener.address };
  },
  dial: (node, address, options) =>
    dialUdp(node, { ...(address as { host: string; port: number }), ...options }),
});
