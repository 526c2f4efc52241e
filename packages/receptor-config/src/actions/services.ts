import { bindAddress, hostAndPort } from '../fields/address-fields.js';
import { permissions, port, text, tlsName } from '../fields/fields.js';
import { serviceName } from '../fields/mesh-fields.js';
import { interfaceName, socketPath } from '../fields/path-fields.js';
import { boundAddress, tcpSocket, udpSocket, unixSocket } from './sockets.js';
import { action } from './spec.js';
import { ipRouterConflict } from './ip-networks.js';

const remote = {
  remotenode: text({ help: 'Node that offers the service', required: true }),
  remoteservice: serviceName(
    { help: 'Name of the service there', required: true },
    { mayBeReserved: true },
  ),
};
const local = {
  port: port({ help: 'Port to listen on', required: true }),
  bindaddr: bindAddress(),
};
const service = serviceName({ help: 'Name of the service', required: true });

/** Services that carry other traffic over the mesh. */
export const serviceActions = {
  'tcp-server': action({
    help: 'Accept TCP connections here and carry them to a service of another node',
    reload: 'reopened',
    v2: 'tcp-servers',
    subject: boundAddress,
    listensOn: tcpSocket,
    fields: {
      ...local,
      ...remote,
      tlsserver: tlsName('tls-server', 'TLS of the TCP listener'),
      tlsclient: tlsName('tls-client', 'TLS of the connection over the mesh'),
    },
  }),
  'tcp-client': action({
    help: 'Offer a service on the mesh and carry its connections to a TCP address',
    reload: 'reopened',
    v2: 'tcp-clients',
    subject: ({ service }) => service,
    service: ({ service }) => service,
    fields: {
      service,
      address: hostAndPort({ help: 'Address to connect to', required: true }),
      tlsserver: tlsName('tls-server', 'TLS of the service on the mesh'),
      tlsclient: tlsName('tls-client', 'TLS of the connection to the address'),
    },
  }),
  'udp-server': action({
    help: 'Take UDP datagrams here and carry them to a service of another node',
    reload: 'reopened',
    v2: 'udp-servers',
    subject: boundAddress,
    listensOn: udpSocket,
    fields: { ...local, ...remote },
  }),
  'udp-client': action({
    help: 'Offer a service on the mesh and carry its datagrams to a UDP address',
    reload: 'reopened',
    v2: 'udp-clients',
    subject: ({ service }) => service,
    service: ({ service }) => service,
    fields: { service, address: hostAndPort({ help: 'Address to send to', required: true }) },
  }),
  'unix-socket-server': action({
    help: 'Accept connections to a Unix socket and carry them to a service of another node',
    reload: 'reopened',
    v2: 'unix-socket-servers',
    subject: ({ filename }) => filename,
    unixSocket: ({ filename }) => filename,
    listensOn: unixSocket,
    fields: {
      filename: socketPath({ help: 'Path of the socket', required: true }),
      permissions: permissions({
        help: 'Permissions of the socket',
        fallback: 0o600,
        fallbackText: '0600',
      }),
      ...remote,
      tls: tlsName('tls-client', 'TLS of the connection over the mesh'),
    },
  }),
  'unix-socket-client': action({
    help: 'Offer a service on the mesh and carry its connections to a Unix socket',
    reload: 'reopened',
    v2: 'unix-socket-clients',
    subject: ({ service }) => service,
    service: ({ service }) => service,
    fields: {
      service,
      filename: socketPath({ help: 'Path of the socket', required: true }),
      tls: tlsName('tls-server', 'TLS of the service on the mesh'),
    },
  }),
  'command-service': action({
    help: 'Offer a service on the mesh that runs a command on a terminal for each connection',
    reload: 'reopened',
    v2: 'command-services',
    subject: ({ service }) => service,
    service: ({ service }) => service,
    fields: {
      service,
      command: text({ help: 'Command to run', required: true }),
      tls: tlsName('tls-server', 'TLS of the service on the mesh'),
    },
  }),
  'ip-router': action({
    help: 'Carry IP packets between networks by a tun interface',
    reload: 'reopened',
    v2: 'iprouters',
    subject: ({ networkname }) => networkname,
    service: ({ networkname }) => networkname,
    fields: {
      networkname: serviceName({ help: 'Name of the network, and of its service', required: true }),
      interface: interfaceName({
        help: 'Name of the tun interface; chosen by the system when not given',
      }),
      localnet: text({ help: 'Network of this end, a /30 of IPv4', required: true }),
      routes: text({ help: 'Networks reached through this node, with commas between' }),
    },
    check: ipRouterConflict,
  }),
} as const;
