import {
  callback,
  count,
  logger,
  number,
  object,
  optional,
  text,
  validateOptions,
} from '@receptorjs/validation';
import type { Logger } from '@receptorjs/primitives';
import type { RoomLimits } from './room/room.js';
import type { Dial, OnReachable } from './remote/remote-session.js';

/** What a workceptor is made of. */
export interface WorkceptorOptions {
  readonly nodeId: string;
  /**
   * Units live in `<dataDir>/<nodeId>`, which must be this user's own and not writable by others. Default `/var/lib/receptor` for root,
   * with the units that are in `/tmp/receptor` taken over, and `/tmp/receptor` for others.
   */
  readonly dataDir?: string | undefined;
  /** Opens a stream to a service of another node; without it remote work is refused. */
  readonly dial?: Dial | undefined;
  /** Calls back when a node has become reachable, so that waiting work goes on at once. */
  readonly onReachable?: OnReachable | undefined;
  /** Whether a TLS client configuration of this name exists. Default: none does. */
  readonly hasTlsClient?: ((name: string) => boolean) | undefined;
  /** Name of the TLS client configuration for submissions to a node that name none. Default: none. */
  readonly defaultTlsClient?: ((nodeId: string) => string | undefined) | undefined;
  readonly log?: Logger | undefined;
  /** Milliseconds between SIGTERM and SIGKILL when a command is canceled. Default 10,000. */
  readonly cancelGraceMs?: number | undefined;
  /** Units held at once; further submissions are refused. Default 100,000. */
  readonly maxUnits?: number | undefined;
  /**
   * Bytes of parameters and other texts of all units, which are in memory; further submissions are refused. An address or a node has no
   * more than half of it, and a quarter is reserved for Unix sockets. Default 64 MiB.
   */
  readonly maxHeldBytes?: number | undefined;
  /** The most bytes of stdout of one remote unit that are stored; one with more is given up. Default 64 GiB, `Infinity` for no limit. */
  readonly maxRemoteStdoutBytes?: number | undefined;
  /** The most bytes of stdin of one submission that are stored; one with more is refused. Default 64 GiB, `Infinity` for no limit. */
  readonly maxStdinBytes?: number | undefined;
  /**
   * Free bytes of the disk that the stdout of remote units and submissions leave alone. While there is less remote units wait, and their
   * status says so, and submissions are refused. Default: a twentieth of the disk, and at most 1 GiB.
   */
  readonly diskReserveBytes?: number | undefined;
  /** How much disk units may have, and which of those that have ended are kept. Default: all, while the disk's reserve is free. */
  readonly room?: RoomLimits | undefined;
}

/** @throws {TypeError} `invalid-argument` */
export function checkWorkceptorOptions(options: WorkceptorOptions): void {
  validateOptions<WorkceptorOptions>('new Workceptor', options, {
    nodeId: text,
    dataDir: optional(text),
    dial: optional(callback),
    onReachable: optional(callback),
    hasTlsClient: optional(callback),
    defaultTlsClient: optional(callback),
    log: optional(logger),
    cancelGraceMs: optional(number),
    maxUnits: optional(count),
    maxHeldBytes: optional(count),
    maxRemoteStdoutBytes: optional(number),
    maxStdinBytes: optional(number),
    diskReserveBytes: optional(number),
    room: optional(object),
  });
}
