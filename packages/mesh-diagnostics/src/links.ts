import { durationText } from '@receptorjs/control-protocol';
import type { Finding, PathLink } from './explanation.js';
import type { NodeAnswers } from './node-questions.js';
import type { KnownMesh } from './route.js';

/** The links between the nodes of a path, with what this node and those on it know of them. */
export function pathLinks(
  nodes: readonly string[],
  status: KnownMesh & {
    readonly connections: readonly {
      readonly nodeId: string;
      readonly cost: number;
      readonly rttNs?: number | undefined;
    }[];
  },
  answers: ReadonlyMap<string, NodeAnswers>,
): PathLink[] {
  return nodes.slice(1).map((to, at) => {
    const from = nodes[at] ?? status.nodeId;
    const near =
      from === status.nodeId
        ? status.connections.find(({ nodeId }) => nodeId === to)
        : answers.get(from)?.links?.get(to);
    const far = answers.get(to)?.links?.get(from);
    const said = status.knownConnectionCosts[from]?.[to];
    return {
      from,
      to,
      up: near !== undefined || far !== undefined || said !== undefined,
      cost: near?.cost ?? far?.cost ?? said,
      rttNs: near?.rttNs ?? far?.rttNs,
    };
  });
}

/** A finding for each link. */
export function linkFindings(path: readonly PathLink[]): Finding[] {
  return path.map(({ from, to, up, cost, rttNs }): Finding => {
    const parts = [up ? 'up' : 'not known to be up'];
    if (cost !== undefined) parts.push(`cost ${cost}`);
    parts.push(rttNs === undefined ? 'RTT not measured' : `RTT ${durationText(rttNs)}`);
    return {
      subject: 'Link',
      state: up ? 'ok' : 'unknown',
      text: `${from} - ${to}: ${parts.join(', ')}`,
    };
  });
}
