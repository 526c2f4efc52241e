import { backendConformance } from './conformance.js';
import { dialTcp } from './tcp-dialer.js';
import { listenTcp } from './tcp-listener.js';

backendConformance('tcp', {
  listen: async (node, options) => {
    const listener = await listenTcp(node, { host: '127.0.0.1', port: 0, ...options });
    return { end: listener, address: listener.address };
  },
  dial: (node, address, options) =>
    dialTcp(node, { ...(address as { host: string; port: number }), ...options }),
});
