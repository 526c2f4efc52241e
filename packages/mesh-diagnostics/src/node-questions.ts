import { ControlClient } from '@receptorjs/control-client';
import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import type { Duplex } from 'node:stream';

/** How long a node on the path may take to answer, in milliseconds. */
const ANSWER_MS = 3_000;

/** What a node on the path said of itself; fields that it did not answer are missing. */
export interface NodeAnswers {
  /** Neighbor to what the node says of its link with it. */
  readonly links?: ReadonlyMap<string, { readonly cost: number; readonly rttNs?: number }>;
  /** What its firewall does with the two directions of the stream. */
  readonly firewall?: readonly FirewallVerdict[];
  /** How far its clock is ahead of this one's, in milliseconds. */
  readonly clockAheadMs?: number;
}

/** What the firewall of a node does with messages of one direction. */
export interface FirewallVerdict {
  readonly action: string;
  /** The rule, as text; undefined when none matches. */
  readonly rule?: string | undefined;
}

/** One direction of a stream, as firewall rules see it. */
export interface Direction {
  readonly fromNode: string;
  readonly fromService: string;
  readonly toNode: string;
  readonly toService: string;
}

/**
 * Asks the control service at the other end of a stream for its links, its clock and what its firewall does. A node of
 * another make does not know the last question.
 */
export async function askNode(
  stream: Duplex,
  directions: readonly Direction[],
  now: () => number,
): Promise<NodeAnswers> {
  const client = ControlClient.over(stream, { greetingTimeoutMs: ANSWER_MS });
  try {
    const node = await client.nodeId();
    const begun = now();
    const status = await client.status(['Connections', 'RTT', 'Advertisements'], {
      timeoutMs: ANSWER_MS,
    });
    const middle = (begun + now()) / 2;
    const time = ownTime(status, node);
    return {
      links: linksIn(status),
      ...(time === undefined ? {} : { clockAheadMs: time - middle }),
      ...(await firewallOf(client, directions)),
    };
  } finally {
    client.close();
  }
}

async function firewallOf(
  client: ControlClient,
  directions: readonly Direction[],
): Promise<{ firewall?: FirewallVerdict[] }> {
  const firewall: FirewallVerdict[] = [];
  try {
    for (const { fromNode, fromService, toNode, toService } of directions) {
      const reply = await client.request(
        {
          command: 'firewall',
          fromnode: fromNode,
          fromservice: fromService,
          tonode: toNode,
          toservice: toService,
        },
        { timeoutMs: ANSWER_MS },
      );
      if (!isJsonObject(reply)) return {};
      const { Action, Rule } = reply;
      if (typeof Action !== 'string') return {};
      firewall.push({ action: Action, rule: typeof Rule === 'string' ? Rule : undefined });
    }
    return { firewall };
  } catch {
    return {};
  }
}

function linksIn(status: JsonObject): Map<string, { cost: number; rttNs?: number }> {
  const links = new Map<string, { cost: number; rttNs?: number }>();
  const { RTT: roundTrips = {} } = status;
  for (const connection of objectsOf(status['Connections'])) {
    const { NodeID, Cost } = connection;
    if (typeof NodeID !== 'string' || typeof Cost !== 'number') continue;
    const rttNs = isJsonObject(roundTrips) ? roundTrips[NodeID] : undefined;
    links.set(NodeID, { cost: Cost, ...(typeof rttNs === 'number' ? { rttNs } : {}) });
  }
  return links;
}

/** A node's own advertisements carry the time of the answer. */
function ownTime(status: JsonObject, node: string): number | undefined {
  const times = objectsOf(status['Advertisements']).flatMap(({ NodeID, Time }) =>
    NodeID === node && typeof Time === 'string' ? [Date.parse(Time)] : [],
  );
  const time = times.reduce((latest, one) => Math.max(latest, one), Number.NEGATIVE_INFINITY);
  return Number.isFinite(time) ? time : undefined;
}

function objectsOf(value: JsonObject[string]): JsonObject[] {
  return Array.isArray(value)
    ? (value as readonly JsonValue[]).filter((item) => isJsonObject(item))
    : [];
}
