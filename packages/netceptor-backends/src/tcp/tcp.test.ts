import { once } from 'node:events';
import { connect } from 'node:net';
import { backendConformance } from '../conformance.js';
import { dialTcp } from './tcp-dialer.js';
import { listenTcp } from './tcp-listener.js';
import { relayTcp } from '../test-relay.js';
import { framed, sendOverTcp } from '../test-streams.js';

const host = '127.0.0.1';

backendConformance('tcp', {
  isLossy: false,
  longest: 65_535,
  listen: async (node, port, options) => {
    const end = await listenTcp(node, { host, port, ...options });
    return { end, port: end.address.port };
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
