import type { LinkHealth } from './link-health.js';
import type { LinkTraffic } from './link-transport.js';
import type { Neighbor } from './neighbors.js';

/** An established link, as it is now. */
export interface LinkInfo {
  /** The peer. */
  readonly nodeId: string;
  readonly cost: number;
  /** As the backend names the link: `tcp 192.0.2.1:2222`. */
  readonly description: string;
  /** When the link was established, in milliseconds since 1970. */
  readonly upSinceMs: number;
  /** When something was last received, in milliseconds since 1970. */
  readonly lastHeardMs: number;
  /** Whether the peer answers probes: it is a node of this project. */
  readonly answersProbes: boolean;
  /** Smoothed round-trip time; undefined until the first probe is answered, and always with the original's nodes. */
  readonly rttMs?: number;
  /** Mean deviation of the round-trip time. */
  readonly rttDeviationMs?: number;
  /** The shortest round-trip time seen. */
  readonly rttLeastMs?: number;
  /** The largest message the link carries at present, in bytes; undefined when it carries the mesh's largest. */
  readonly maxMessageBytes?: number;
  /** Undefined where the backend does not count. */
  readonly traffic?: LinkTraffic;
}

/** Puts together what is known of a link; `now` is the core's clock, `wallTime` the calendar at the same moment. */
export function describeLink(
  { nodeId, cost, transport }: Neighbor,
  health: LinkHealth,
  upSinceMs: number,
  now: number,
  wallTime: number,
): LinkInfo {
  const { roundTrip } = health;
  const { description, maxMessageBytes } = transport;
  return {
    nodeId,
    cost,
    description,
    upSinceMs,
    lastHeardMs: Math.round(wallTime - (now - health.heardAt)),
    answersProbes: health.canProbe,
    ...(roundTrip !== undefined && {
      rttMs: roundTrip.smoothed,
      rttDeviationMs: roundTrip.deviation,
      rttLeastMs: roundTrip.least,
    }),
    maxMessageBytes,
    ...(transport.traffic !== undefined && { traffic: transport.traffic() }),
  };
}
