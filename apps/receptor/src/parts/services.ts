import {
  serveCommand,
  serveIpRouter,
  serveTcpClient,
  serveTcpServer,
  serveUdpClient,
  serveUdpServer,
  serveUnixClient,
  serveUnixServer,
} from '@receptorjs/mesh-services';
import type { StreamHost } from '@receptorjs/netceptor-streams';
import type { TlsServer } from '@receptorjs/certificates';
import { hostAndPortOf, listenPlace } from '../addresses.js';
import type { Log } from '../log/log.js';
import { meshDial, type DialParts } from '../mesh-dial.js';
import { refusalLog } from '../log/refusal-log.js';
import type { PartStarters } from './part.js';

/** Services that carry other traffic over the mesh. */
export const serviceParts: PartStarters = {
  'tcp-server': (fields, { node, streams, tls, log }) =>
    serveTcpServer(dialer({ node, streams, tls }, fields.tlsclient), {
      ...listenPlace(fields.bindaddr, fields.port),
      remoteNode: fields.remotenode,
      remoteService: fields.remoteservice,
      tls: tls.server(fields.tlsserver),
      log,
    }),
  'tcp-client': (fields, { streams, tls, log }) =>
    serveTcpClient(acceptor(streams, tls.server(fields.tlsserver), log), {
      service: fields.service,
      ...hostAndPortOf(fields.address),
      tls: tls.client(fields.tlsclient),
      log,
    }),
  'unix-socket-server': (fields, { node, streams, tls, log }) =>
    serveUnixServer(dialer({ node, streams, tls }, fields.tls, 'tls'), {
      filename: fields.filename,
      permissions: fields.permissions,
      remoteNode: fields.remotenode,
      remoteService: fields.remoteservice,
      log,
    }),
  'unix-socket-client': (fields, { streams, tls, log }) =>
    serveUnixClient(acceptor(streams, tls.server(fields.tls), log), {
      service: fields.service,
      filename: fields.filename,
      log,
    }),
  'udp-server': (fields, { node, log }) =>
    serveUdpServer(node, {
      ...listenPlace(fields.bindaddr, fields.port),
      remoteNode: fields.remotenode,
      remoteService: fields.remoteservice,
      log,
    }),
  'udp-client': (fields, { node, log }) =>
    serveUdpClient(node, { service: fields.service, ...hostAndPortOf(fields.address), log }),
  'command-service': (fields, { streams, tls, log }) =>
    serveCommand(acceptor(streams, tls.server(fields.tls), log), {
      service: fields.service,
      command: fields.command,
      log,
    }),
  'ip-router': (fields, { node, log }) =>
    serveIpRouter(node, {
      networkName: fields.networkname,
      localNet: fields.localnet,
      interface: fields.interface,
      routes: fields.routes,
      log,
    }),
};

/**
 * The streams of the node, with the TLS that a service is configured to dial with.
 *
 * @param field where the service names it
 * @throws {Error} for a name that is not configured
 */
function dialer(
  parts: DialParts,
  tlsClient: string | undefined,
  field = 'tlsclient',
): Pick<StreamHost, 'dial'> {
  parts.tls.client(tlsClient);
  const dial = meshDial(parts, `${field}:`);
  return { dial: (nodeId, service, options) => dial(nodeId, service, { ...options, tlsClient }) };
}

/** The streams of the node, with the TLS that a service is configured to listen with; refused dialers are logged. */
function acceptor(
  streams: StreamHost,
  tls: TlsServer | undefined,
  log: Log,
): Pick<StreamHost, 'listen'> {
  return {
    listen: (service, options, onStream) => {
      const onRefused = refusalLog(service ?? '', log);
      return streams.listen(service, { ...options, tls, onRefused }, onStream);
    },
  };
}
