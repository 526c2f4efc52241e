/**
 * The control service of a mesh node: the line and JSON protocol that `receptorctl` and other nodes speak, over unix
 * sockets, TCP and streams of the mesh. What a request does is up to two handlers, one for the mesh and one for units
 * of work; both are plain interfaces.
 *
 * ```ts
 * import { ControlService } from '@receptorjs/control-service';
 *
 * const control = new ControlService({ nodeId: 'near', version: '1.0.0', mesh, work });
 * await control.listenUnix('/run/receptor.sock');
 * await streams.listen('control', {}, (stream) => void control.serve(stream, { transport: 'mesh' }));
 * ```
 *
 * @packageDocumentation
 */
export { ControlService } from './control-service.js';
export type { ControlListener, ControlServiceOptions } from './control-service.js';
export { ControlServiceError } from './errors.js';
export type { ControlServiceErrorCode } from './errors.js';
export type {
  FirewallQuestion,
  Logger,
  MeshAdvertisement,
  MeshConnection,
  MeshHandler,
  MeshStatus,
  PendingUnit,
  ProbeReply,
  ReloadChanges,
  ReloadHandler,
  ReloadOutcome,
  RequestOrigin,
  WorkHandler,
  WorkSubmission,
} from './handlers.js';
export { clearSocketPath, privately } from './unix-socket-path.js';
