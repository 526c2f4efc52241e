import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'vitest';
import { checkBackend } from '../conformance/check-backend.js';
import { dialTcp } from './tcp-dialer.js';
import { listenTcp } from './tcp-listener.js';
import { relayTcp } from '../conformance/relay.js';
import { framed, sendOverTcp } from '../test-streams.js';

const host = '127.0.0.1';

checkBackend({ describe, it }, 'tcp', {
  isLossy: false,
  longest: 65_535,
  listen: async (node, port = 0, options) => {
    const end = await listenTcp(node, { host, port, ...options });
    return { end, address: end.address.port };
  },
  dial: (node, port, options) => dialTcp(node, { host, port, ...options }),
  relay: relayTcp,
  speak: async (port) => {
    const socket = connect(port, host);
    await once(socket, 'connect');
    socket.on('error', () => undefined).resume();
    return {
      send: (message) => void socket.write(framed(message)),
      close: () => void socket.destroy(),
    };
  },
  sendGarbage: sendOverTcp,
});
