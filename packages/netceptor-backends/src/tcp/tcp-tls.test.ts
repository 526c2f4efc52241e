import { connectTls } from '@receptorjs/certificates';
import { afterAll, describe, it } from 'vitest';
import { checkBackend } from '../conformance/check-backend.js';
import { dialTcp } from './tcp-dialer.js';
import { listenTcp } from './tcp-listener.js';
import { mutualTls } from '../test-authority.js';
import { relayTcp } from '../conformance/relay.js';
import { framed, sendOverTcp } from '../test-streams.js';

const host = '127.0.0.1';
const tls = await mutualTls('a');
afterAll(() => tls.close());

checkBackend({ describe, it }, 'tcp with TLS', {
  isLossy: false,
  longest: 65_535,
  listen: async (node, port = 0, options) => {
    const end = await listenTcp(node, { host, port, tls: tls.server, ...options });
    return { end, address: end.address.port };
  },
  dial: (node, port, options) => dialTcp(node, { host, port, tls: tls.client, ...options }),
  relay: relayTcp,
  speak: async (port) => {
    const socket = await connectTls(tls.client, { host, port });
    socket.on('error', () => undefined).resume();
    return {
      send: (message) => void socket.write(framed(message)),
      close: () => void socket.destroy(),
    };
  },
  sendGarbage: sendOverTcp,
});
