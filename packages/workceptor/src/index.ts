/**
 * Units of work: commands of this machine that outlive the daemon which started them, and units that other nodes run
 * for this one and that are followed there. A unit is a folder with its stdin, its stdout and its status; its
 * results can be read while they are made.
 *
 * ```ts
 * import { commandWorkType, Workceptor } from '@receptorjs/workceptor';
 *
 * const work = new Workceptor({ nodeId: 'far', dataDir: '/var/lib/receptor' });
 * work.registerWorkType(commandWorkType({ workType: 'cat', command: 'cat' }));
 * await work.start();
 * // hand it to a control service: new ControlService({ nodeId: 'far', work, ... })
 * ```
 *
 * @packageDocumentation
 */
export { defaultDataDir } from './store/data-dir.js';
export { WorkError } from './errors.js';
export type { WorkErrorCode } from './errors.js';
export type { Dial, OnReachable } from './remote/remote-session.js';
export type { Logger } from '@receptorjs/primitives';
export type { UnitRecord } from './store/unit-record.js';
export type { ByteRange, StdoutDigests } from './store/stdout-digest.js';
export type { DigestReply, DigestRequest } from './store/digest-request.js';
export type { DiskRoom } from './store/disk-room.js';
export type { UnitSecrets } from './store/unit-secrets.js';
export type { UnitChange } from './unit-transition.js';
export type { Outcome, Unit } from './unit.js';
export type { UnitEventsOptions } from './events/unit-events.js';
export type { UnitTotals } from './events/unit-journal.js';
export type { UnitListener } from './unit-changes.js';
export type { UnitTracer, UnitTracing } from './unit-tracer.js';
export type { Access, SubmittedUnit } from './work-verbs.js';
export { Workceptor } from './workceptor.js';
export type { WorkceptorOptions } from './workceptor-options.js';
export { commandWorkType } from './local/command-work-type.js';
export { checkKeyFile } from './signing/key-file.js';
export type { SigningOptions, WorkSignatures } from './signing/work-signatures.js';
export type { CommandType } from './local/command-work-type.js';
export type { RetentionLimits } from './room/retention.js';
export type { RoomLimits } from './room/room.js';
export type { QueueCounts, QueueLimits } from './room/type-queue.js';
export type { UnitContext, WorkType } from './work-type.js';
