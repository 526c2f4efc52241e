import { unitStatusReply, UnitState, type JsonObject } from '@receptorjs/control-protocol';
import { stdoutRate } from './top-frame.js';
import type { TopView } from './top-view.js';

/** A view as JSON: keys as the control protocol has them, rates in numbers a second. Of units those that run. */
export function topJson(view: TopView): JsonObject {
  return {
    Links: view.links.map((link) => ({
      Cost: link.cost,
      NodeID: link.nodeId,
      RTT: link.rttMs === undefined ? undefined : Math.round(link.rttMs * 1e6),
      ReceivedBytes: link.receivedBytes,
      ReceivedBytesPerSecond: link.receivedRate,
      SentBytes: link.sentBytes,
      SentBytesPerSecond: link.sentRate,
    })),
    NodeID: view.nodeId,
    Nodes: view.nodes.map(({ nodeId, via, links }) => ({ Links: links, NodeID: nodeId, Via: via })),
    RunningUnits: Object.fromEntries(
      view.units
        .filter(({ status }) => status.state === UnitState.Running)
        .map(({ unitId, status, stdoutRate: rate }) => [
          unitId,
          { ...unitStatusReply(status), StdoutBytesPerSecond: rate },
        ]),
    ),
    StdoutBytesPerSecond: stdoutRate(view),
    Time: new Date(view.at).toISOString(),
    Units: Object.fromEntries(view.unitCounts),
    UnitsEndedPerSecond: view.endedRate,
    UnitsStartedPerSecond: view.startedRate,
    UnitsSubmittedPerSecond: view.submittedRate,
    Uptime: view.uptimeMs === undefined ? undefined : Math.round(view.uptimeMs * 1e6),
    Version: view.version,
  };
}
