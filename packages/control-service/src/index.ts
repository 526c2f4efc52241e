/**
 * The control service of a mesh node: the line and JSON protocol that `receptorctl` and other nodes speak, over unix
 * sockets, TCP and streams of the mesh. What a request does is up to two handlers, one for the mesh and one for units
 * of work; both are plain interfaces.
 *
 * ```ts
 * import { ControlService } from '@receptorjs/control-service';
 * import { MeshNode } from '@receptorjs/netceptor';
 * import { StreamHost } from '@receptorjs/netceptor-streams';
 *
 * const node = new MeshNode({ nodeId: 'near' });
 * const streams = new StreamHost(node);
 * const control = new ControlService({
 *   nodeId: 'near',
 *   version: '1.0.0',
 *   mesh: {
 *     status: () => node.status(),
 *     ping: (target, options) => node.ping(target, options),
 *     traceroute: (target, options) => node.traceroute(target, options),
 *     connect: (target, service, { signal }) => streams.dial(target, service, { signal }),
 *   },
 *   // work: a Workceptor of @receptorjs/workceptor
 * });
 * await control.listenUnix('/run/receptor.sock');
 * await streams.listen('control', {}, (stream) => void control.serve(stream, { transport: 'mesh' }));
 * console.log('near answers at /run/receptor.sock and on the mesh');
 * ```
 *
 * @packageDocumentation
 */
export { ControlService } from './control-service.js';
export type { ControlListener, ControlServiceOptions, UnixSocketOwner } from './control-service.js';
export { ControlServiceError } from './errors.js';
export type { ControlServiceErrorCode } from './errors.js';
export type { Logger } from '@receptorjs/primitives';
export type {
  FirewallQuestion,
  LogLevelHandler,
  MeshHandler,
  PendingUnit,
  ProbeReply,
  ReloadChanges,
  ReloadHandler,
  ReloadOutcome,
  RequestOrigin,
  UnitActivity,
  UnitEventsRequest,
  WorkHandler,
} from './handlers.js';
