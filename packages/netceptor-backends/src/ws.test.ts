import { backendConformance } from './conformance.js';
import { dialWebSocket } from './ws-dialer.js';
import { listenWebSocket } from './ws-listener.js';

backendConformance('ws', {
  listen: async (node, options) => {
    const listener = await listenWebSocket(node, { host: '127.0.0.1', port: 0, ...options });
    return { end: listener, address: listener.address };
  },
  dial: (node, address, options) =>
    dialWebSocket(node, {
      url: `ws://127.0.0.1:${(address as { port: number }).port}/`,
      ...options,
    }),
});
