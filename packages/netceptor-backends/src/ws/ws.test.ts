import { once } from 'node:events';
import { WebSocket } from 'ws';
import { backendConformance } from '../conformance.js';
import { relayTcp } from '../test-relay.js';
import { sendOverTcp } from '../test-streams.js';
import { dialWebSocket } from './ws-dialer.js';
import { listenWebSocket } from './ws-listener.js';

const host = '127.0.0.1';

backendConformance('ws', {
  isLossy: false,
  longest: 200_000,
  listen: async (node, port, options) => {
    const end = await listenWebSocket(node, { host, port, ...options });
    return { end, port: end.address.port };
  },
  dial: (node, port, options) => dialWebSocket(node, { url: `ws://${host}:${port}`, ...options }),
  relay: relayTcp,
  speak: async (port) => {
    const ws = new WebSocket(`ws://${host}:${port}`);
    await once(ws, 'open');
    return { send: (message) => ws.send(message), close: () => ws.terminate() };
  },
  sendGarbage: sendOverTcp,
});
