import { once } from 'node:events';
import { connectTlsOptions } from '@receptorjs/certificates';
import { afterAll } from 'vitest';
import { WebSocket } from 'ws';
import { backendConformance } from '../conformance.js';
import { mutualTls } from '../test-authority.js';
import { relayTcp } from '../test-relay.js';
import { sendOverTcp } from '../test-streams.js';
import { dialWebSocket } from './ws-dialer.js';
import { listenWebSocket } from './ws-listener.js';

const host = '127.0.0.1';
const tls = await mutualTls('a');
afterAll(() => tls.close());

backendConformance('wss', {
  isLossy: false,
  longest: 200_000,
  listen: async (node, port, options) => {
    const end = await listenWebSocket(node, { host, port, tls: tls.server, ...options });
    return { end, port: end.address.port };
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
