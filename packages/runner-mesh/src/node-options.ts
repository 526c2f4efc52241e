import { type RunOptionsWithFolder } from '@receptorjs/runner-core';
import {
  configurationError,
  requirePrivateDataDir,
  validateJobOptions,
} from '@receptorjs/runner-core/internal';
import type { ArchiveLimits, WorkerStatus } from '@receptorjs/runner-streaming';
import {
  flag,
  mapping,
  number,
  optional,
  text,
  validateOptions,
  type OptionChecks,
} from '@receptorjs/validation';
import type { TlsFiles } from './transport/tls-files.js';

/** Which node a job runs on, and the way there. */
export interface NodeOptions {
  /** ID of the node that runs the job. */
  readonly viaReceptor: string;
  /**
   * Where the mesh is entered: `receptor://HOST:PORT` (also `tcp:`, or without a scheme), `tls://HOST:PORT`,
   * `udp://HOST:PORT`, `ws://...`, `wss://...`: a node in this process links with that one; or `unix:PATH`: the node with
   * this control socket takes the job and hands it on. Default: a control socket of this machine, that of the variable
   * `RECEPTORCTL_SOCKET`, `/run/receptor/receptor.sock` or `/run/receptor.sock`; if there is none, or with
   * `receptorNodeId`, `receptor://localhost:8888`.
   */
  readonly receptorPeer?: string;
  /** ID of the node in this process. Default: the one that the certificate of `receptorTls` names, else a random one. */
  readonly receptorNodeId?: string;
  /** TLS of the node in this process: for `tls:` and `wss:` peers, and for the far control service. */
  readonly receptorTls?: TlsFiles;
  /**
   * The far control service has TLS, and its certificate must be for `viaReceptor`. It is used also where the mesh says
   * that the service has it; what the mesh says can't turn it off. Not with a `unix:` peer. Default false.
   */
  readonly receptorControlTls?: boolean;
  /** With a `unix:` peer: name of that node's `tls-client` for the far control service. */
  readonly receptorTlsClient?: string;
  /** Default `ansible-runner`. */
  readonly workType?: string;
  /**
   * Ask the node which files it has from earlier jobs, and send the others only. Takes a unit of work more; where the node
   * keeps no files, all are sent. Default false.
   */
  readonly byContents?: boolean;
  /** Milliseconds for the link, again for the path to the node, and again for its first answer. Default 15,000. */
  readonly peerTimeoutMs?: number;
  /** Milliseconds the node may be out of reach while the job is there. Default 3,600,000. */
  readonly lostTimeoutMs?: number;
  /** Milliseconds a canceled job gets to come to its end, with its artifacts. Default 30,000. */
  readonly cancelTimeoutMs?: number;
  /** What the artifacts that come back may take; what is not said here comes from the settings `archive_*`, as with `processResults`. */
  readonly limits?: ArchiveLimits;
}

/** What runs, how, and on which node. `projectDir` and `rotateArtifacts` mean nothing there. */
export type RunOnNodeOptions = Omit<RunOptionsWithFolder, 'onStatus' | 'removePrivateDataDir'> &
  NodeOptions & {
    /** Called for each change of state, in order. */
    readonly onStatus?: (message: WorkerStatus) => unknown;
    /** Called when the peer, the node or a link is waited for longer than a second, and when that is over; a sentence each. */
    readonly onWaiting?: (sentence: string) => void;
  };

const nodeChecks: OptionChecks<NodeOptions> = {
  viaReceptor: text,
  receptorPeer: optional(text),
  receptorNodeId: optional(text),
  receptorTls: optional(mapping),
  receptorControlTls: optional(flag),
  receptorTlsClient: optional(text),
  workType: optional(text),
  byContents: optional(flag),
  peerTimeoutMs: optional(number),
  lostTimeoutMs: optional(number),
  cancelTimeoutMs: optional(number),
  limits: optional(mapping),
};

/**
 * Checks options that came from a caller, who may have no types.
 *
 * @param where the function, as the caller wrote it
 * @throws {ConfigurationError} that names the option, what it takes and what it got
 */
export function validateNodeOptions(where: string, options: RunOnNodeOptions): void {
  const names = Object.keys(nodeChecks) as (keyof NodeOptions)[];
  validateJobOptions(where, options, {
    without: ['removePrivateDataDir'],
    besides: [...names, 'onWaiting'],
  });
  requirePrivateDataDir(where, options.privateDataDir);
  const own = Object.fromEntries(names.map((name) => [name, options[name]]));
  validateOptions<NodeOptions>(where, own, nodeChecks, configurationError);
}
