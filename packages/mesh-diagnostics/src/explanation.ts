import type { JsonObject } from '@receptorjs/control-protocol';

/**
 * What a check came to: `ok`; `warning` for what does not stop a stream; `failed` for what does; `unknown` for what could
 * not be found out, as when a node of another make does not say.
 */
export type FindingState = 'ok' | 'warning' | 'failed' | 'unknown';

/** One check and its outcome, for people. */
export interface Finding {
  readonly subject:
    'Route' | 'Link' | 'Firewall' | 'Service' | 'Stream' | 'Certificate' | 'Clock' | 'Datagrams';
  readonly state: FindingState;
  readonly text: string;
}

/** One link on the path, or one that is missing on it. */
export interface PathLink {
  readonly from: string;
  readonly to: string;
  readonly up: boolean;
  readonly cost?: number | undefined;
  /** Round trip in nanoseconds, where a node of the link measures it. */
  readonly rttNs?: number | undefined;
}

/** The certificate that the service showed. */
export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** Receptor node IDs that it names. */
  readonly nodeIds: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Why a node can or can't open a stream to a service of another. */
export interface Explanation {
  readonly from: string;
  readonly node: string;
  readonly service: string;
  /** Whether a stream was opened. */
  readonly open: boolean;
  readonly findings: readonly Finding[];
  readonly path: readonly PathLink[];
  readonly certificate?: ShownCertificate | undefined;
  /** How far the clock of the node is ahead of this one's, in milliseconds. */
  readonly clockAheadMs?: number | undefined;
  /** The largest datagrams that the stream uses, in bytes. */
  readonly datagramBytes?: number | undefined;
}

/** The reply of a control service to `explain`. */
export function explanationReply(explanation: Explanation): JsonObject {
  const { from, node, service, open, findings, path, certificate } = explanation;
  return {
    Certificate: certificate && {
      Subject: certificate.subject,
      Issuer: certificate.issuer,
      NodeIDs: certificate.nodeIds,
      NotBefore: certificate.notBefore.toISOString(),
      NotAfter: certificate.notAfter.toISOString(),
    },
    ClockAheadMs: explanation.clockAheadMs,
    DatagramBytes: explanation.datagramBytes,
    Findings: findings.map(({ subject, state, text }) => ({
      Subject: subject,
      State: state,
      Text: text,
    })),
    From: from,
    Node: node,
    Open: open,
    Path: path.map((link) => ({
      From: link.from,
      To: link.to,
      Up: link.up,
      Cost: link.cost,
      RTT: link.rttNs,
    })),
    Service: service,
  };
}
