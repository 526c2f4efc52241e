import { errorText, type Logger } from '@receptorjs/primitives';
import { isFinal } from '@receptorjs/control-protocol';
import type { DiskReserve } from '@receptorjs/quotas';
import { WorkError } from '../errors.js';
import { UnknownUnit } from '../store/unknown-unit.js';
import type { UnitRecord } from '../store/unit-record.js';
import { checkRemoteSubmission } from '../submission-checks.js';
import type { UnitTracing } from '../unit-tracer.js';
import type { WorkType } from '../work-type.js';
import type { WorkceptorOptions } from '../workceptor-options.js';
import { parseRemoteData, remoteExtraData } from './remote-extra-data.js';
import { withoutSecrets, type SecretParams } from './secret-params.js';
import type { RemoteSessions } from './remote-sessions.js';
import { RemoteUnit } from './remote-unit.js';

/** What the work of other nodes needs: the options of the workceptor, and what all its units share. */
export interface RemoteWorkOptions extends Pick<
  WorkceptorOptions,
  'nodeId' | 'onReachable' | 'hasTlsClient' | 'defaultTlsClient' | 'maxRemoteStdoutBytes'
> {
  /** The reserve of the disk on which a unit is. */
  readonly reserveFor: (record: UnitRecord) => DiskReserve;
  /** Logs that a node could not be reached. Very many units may wait for one node. */
  readonly logAttempt: (node: string, text: string) => void;
  /** The connections of all units; absent without a dial. */
  readonly sessions: RemoteSessions | undefined;
  /** What keeps secret parameters until the other node has the job. */
  readonly secrets: SecretParams;
  readonly tracing: UnitTracing;
}

/** The work type of units that another node runs for this one. Without a dial it refuses submissions, and its units are shown only. */
export function remoteWorkType(options: RemoteWorkOptions): WorkType {
  const { nodeId, sessions, onReachable, logAttempt, secrets, tracing } = options;
  return {
    workType: 'remote',
    verifySignature: 'as-submitted',
    checkSubmission(asked) {
      if (!sessions)
        throw new WorkError('rejected', 'this node does not submit work to other nodes');
      const tlsClient = asked.tlsClient ?? options.defaultTlsClient?.(asked.node);
      const submission = { ...asked, tlsClient };
      const expiration = checkRemoteSubmission(submission, {
        hasTlsClient: options.hasTlsClient ?? (() => false),
        now: Date.now(),
      });
      return secrets.seal(remoteExtraData(submission, expiration));
    },
    createUnit(record, { log, remove }) {
      sealFound(record, secrets, log);
      if (!sessions) return new UnknownUnit(record);
      return new RemoteUnit(record, {
        nodeId,
        sessions,
        secrets,
        tracing,
        onReachable,
        log,
        logAttempt,
        stdoutLimits: {
          maxBytes: options.maxRemoteStdoutBytes,
          reserve: options.reserveFor(record),
        },
        onReleased: remove,
      });
    },
  };
}

/** Secrets that an earlier version or a node of the original has left in clear are so no longer. */
function sealFound(record: UnitRecord, secrets: SecretParams, log: Logger): void {
  const data = parseRemoteData(record.status.extraData);
  try {
    const isOver = data.RemoteStarted || isFinal(record.status.state);
    const kept = isOver ? withoutSecrets(data) : secrets.seal(data);
    if (kept !== undefined && kept !== data) record.update({ extraData: kept });
  } catch (error) {
    log.warning(`[${record.id}] its secret parameters can't be sealed: ${errorText(error)}`);
  }
}
