import { stateName, UnitState, type JsonObject } from '@receptorjs/control-protocol';
import type { LinkInfo } from '@receptorjs/netceptor';
import { badRequest } from '../errors.js';
import type { UnitActivity } from '../handlers.js';
import type { Request } from './request.js';

/** What is told, as far as it is known. */
export interface NodeActivity {
  readonly nodeId: string;
  readonly links?: readonly LinkInfo[] | undefined;
  readonly units?: UnitActivity | undefined;
}

/** Nanoseconds of a second. */
const SECOND_NS = 1e9;

/** Answers `activity`: what there is to count at this node, in numbers that only grow while it runs, for who watches it. */
export function activityReply(
  request: Request,
  { nodeId, links, units }: NodeActivity,
): JsonObject {
  if (request.form === 'line' && request.text !== '')
    throw badRequest('activity command does not take parameters');
  return {
    ...(links === undefined ? {} : { Links: links.map(linkRecord) }),
    NodeID: nodeId,
    ...unitRecord(units),
    Uptime: Math.round(process.uptime() * SECOND_NS),
  };
}

function linkRecord({ cost, nodeId, rttMs, traffic, upSinceMs }: LinkInfo): JsonObject {
  return {
    Cost: cost,
    NodeID: nodeId,
    ...(rttMs === undefined ? {} : { RTT: Math.round(rttMs * 1e6) }),
    ...(traffic === undefined ? {} : { ReceivedBytes: traffic.receivedBytes }),
    ...(traffic === undefined ? {} : { SentBytes: traffic.sentBytes }),
    UpSince: new Date(upSinceMs).toISOString(),
  };
}

function unitRecord(activity: UnitActivity | undefined): JsonObject {
  if (activity === undefined) return {};
  const { counts, submitted, started, ended, released } = activity;
  const states = Object.values(UnitState).map((state) => [
    stateName(state),
    counts.get(state) ?? 0,
  ]);
  return {
    Units: Object.fromEntries(states.sort()) as JsonObject,
    UnitsEnded: ended,
    UnitsReleased: released,
    UnitsStarted: started,
    UnitsSubmitted: submitted,
  };
}
