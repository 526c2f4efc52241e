import { once } from 'node:events';
import { connectTlsOptions } from '@receptorjs/certificates';
import { afterAll, describe, it } from 'vitest';
import { WebSocket } from 'ws';
import { checkBackend } from '../conformance/check-backend.js';
import { mutualTls } from '../test-authority.js';
import { relayTcp } from '../conformance/relay.js';
import { sendOverTcp } from '../test-streams.js';
import { dialWebSocket } from './ws-dialer.js';
import { listenWebSocket } from './ws-listener.js';

const host = '127.0.0.1';
const tls = await mutualTls('a');
afterAll(() => tls.close());

checkBackend({ describe, it }, 'wss', {
  isLossy: false,
  longest: 200_000,
  listen: async (node, port = 0, options) => {
    const end = await listenWebSocket(node, { host, port, tls: tls.server, ...options });
    return { end, address: end.address.port };
  },
  dial: (node, port, options) =>
    dialWebSocket(node, { url: `wss://${host}:${port}`, tls: tls.client, ...options }),
  relay: relayTcp,
  speak: async (port) => {
    const ws = new WebSocket(`wss://${host}:${port}`, connectTlsOptions(tls.client, { host }));
    await once(ws, 'open');
    return { send: (message) => ws.send(message), close: () => ws.terminate() };
  },
  sendGarbage: sendOverTcp,
});
