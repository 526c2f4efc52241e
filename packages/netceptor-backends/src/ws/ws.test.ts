import { once } from 'node:events';
import { WebSocket } from 'ws';
import { describe, it } from 'vitest';
import { checkBackend } from '../conformance/check-backend.js';
import { relayTcp } from '../conformance/relay.js';
import { sendOverTcp } from '../test-streams.js';
import { dialWebSocket } from './ws-dialer.js';
import { listenWebSocket } from './ws-listener.js';

const host = '127.0.0.1';

checkBackend({ describe, it }, 'ws', {
  isLossy: false,
  longest: 200_000,
  listen: async (node, port = 0, options) => {
    const end = await listenWebSocket(node, { host, port, ...options });
    return { end, address: end.address.port };
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
