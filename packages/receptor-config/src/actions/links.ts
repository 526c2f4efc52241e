import { isLoopback } from '@receptorjs/socket-addresses';
import { bindAddress, header, hostAndPort, webSocketUrl } from '../fields/address-fields.js';
import { cost, flag, port, text, tlsName } from '../fields/fields.js';
import { costs, list } from '../fields/structured-fields.js';
import { boundAddress, tcpSocket, udpSocket } from './sockets.js';
import { action } from './spec.js';

const peerLimits = {
  cost: cost({ help: 'Cost of this link', fallback: 1 }),
  allowedpeers: list({ help: 'Node IDs that may connect; all when not given' }),
};

const listener = {
  bindaddr: bindAddress(),
  port: port({ help: 'Port to listen on', bare: true, required: true }),
  ...peerLimits,
  nodecost: costs({ help: 'Costs for single peers' }),
};

/** Another machine reaches what is not bound to loopback alone. */
const isOpen = ({ bindaddr }: { readonly bindaddr: string }): boolean => !isLoopback(bindaddr);

/** The neighbor may accept strangers, wherever it is. */
const always = (): boolean => true;

const listenerTls = tlsName('tls-server', 'TLS of the listener');
const peerTls = tlsName('tls-client', 'TLS of the link');
const redial = flag({ help: 'Link again when the link is lost', fallback: true });

const peer = {
  address: hostAndPort({ help: 'Address of the other node', bare: true, required: true }),
  redial,
  ...peerLimits,
};

/** Links to other nodes: who waits for them and who makes them. */
export const linkActions = {
  'tcp-listener': action({
    help: 'Wait for links from other nodes on a TCP port',
    reload: 'reopened',
    v2: 'tcp-listeners',
    subject: boundAddress,
    listensOn: tcpSocket,
    letsOthersIn: isOpen,
    fields: { ...listener, tls: listenerTls },
  }),
  'tcp-peer': action({
    help: 'Link to another node by TCP',
    reload: 'reopened',
    v2: 'tcp-peers',
    subject: ({ address }) => address,
    letsOthersIn: always,
    fields: { ...peer, tls: peerTls },
  }),
  'udp-listener': action({
    help: 'Wait for links from other nodes on a UDP port',
    reload: 'reopened',
    v2: 'udp-listeners',
    subject: boundAddress,
    listensOn: udpSocket,
    letsOthersIn: isOpen,
    fields: listener,
  }),
  'udp-peer': action({
    help: 'Link to another node by UDP',
    reload: 'reopened',
    v2: 'udp-peers',
    subject: ({ address }) => address,
    letsOthersIn: always,
    fields: peer,
  }),
  'ws-listener': action({
    help: 'Wait for links from other nodes by WebSocket',
    reload: 'reopened',
    v2: 'ws-listeners',
    subject: boundAddress,
    listensOn: tcpSocket,
    letsOthersIn: isOpen,
    fields: {
      ...listener,
      path: text({ help: 'Path of the URL at which links are accepted', fallback: '/' }),
      tls: listenerTls,
    },
    check: ({ path }) =>
      path.startsWith('/')
        ? undefined
        : {
            why: `error setting field path in command ws-listener: ${path || '""'} is no path`,
            hint: 'a path that starts with a slash',
            field: 'path',
          },
  }),
  'ws-peer': action({
    help: 'Link to another node by WebSocket',
    reload: 'reopened',
    v2: 'ws-peers',
    subject: ({ address }) => address,
    letsOthersIn: always,
    fields: {
      address: webSocketUrl({ help: 'URL of the other node', bare: true, required: true }),
      redial,
      extraheader: header({ help: 'Header sent with the request for the link' }),
      ...peerLimits,
      tls: peerTls,
    },
  }),
} as const;
