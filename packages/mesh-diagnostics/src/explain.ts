import { errorText, onAbort } from '@receptorjs/primitives';
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { durationText } from '@receptorjs/control-protocol';
import {
  abortSignal,
  callback,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
} from '@receptorjs/validation';
import { certificateFindings, shownCertificate } from './certificate.js';
import type { Explanation, Finding, ShownCertificate } from './explanation.js';
import { firewallFindings } from './firewall.js';
import type { LinkHistory } from './link-history.js';
import { linkFindings, pathLinks } from './links.js';
import {
  askNode,
  type Direction,
  type FirewallVerdict,
  type NodeAnswers,
} from './node-questions.js';
import { knownPath, missingRoute, type KnownMesh } from './route.js';

/** The node that explains, as far as it is asked; a `MeshNode` and its streams fit. */
export interface ExplainingNode {
  readonly nodeId: string;
  /** What the node knows of the mesh, put together in steps between which it does its other work. */
  statusInSteps(): Promise<
    KnownMesh & {
      readonly connections: readonly {
        readonly nodeId: string;
        readonly cost: number;
        readonly rttNs?: number | undefined;
      }[];
      readonly advertisements: readonly {
        readonly nodeId: string;
        readonly service: string;
        readonly connectionType: number;
        readonly tags: Readonly<Record<string, string>> | null;
      }[];
    }
  >;
  /** What a node advertises of a service; undefined when it advertises none of the name. */
  advertisementOf(nodeId: string, service: string): { readonly connectionType: number } | undefined;
  /** Whether a message to the node can be sent now. */
  isReachable(nodeId: string): boolean;
  /** The cost of the path to a node; undefined when there is none. */
  costTo(nodeId: string): number | undefined;
  /** The nodes on the path, one probe each; one whose probe failed has `error`. */
  traceroute(
    target: string,
    options: { signal: AbortSignal },
  ): AsyncIterable<{
    readonly from: string;
    readonly timeNs: number | bigint;
    readonly error?: Error | undefined;
  }>;
}

/** A stream that was opened to find out whether it can be. */
export interface DialedStream extends Duplex {
  /** DER, the service's own first. */
  readonly peerCertificates?: readonly Uint8Array[];
  /** The largest datagrams in use, in bytes. */
  readonly maxDatagram?: number;
}

/** What an explanation is made with. */
export interface ExplainParts {
  readonly node: ExplainingNode;
  /** Opens a stream; `tlsClient` names a TLS client configuration of the node. An error may carry `peerCertificates`. */
  dial(
    nodeId: string,
    service: string,
    options: { tlsClient?: string | undefined; signal: AbortSignal },
  ): Promise<DialedStream>;
  /** What the firewall of this node does with a message. */
  firewall(message: Direction): FirewallVerdict;
  /** The links that the mesh has lost. */
  readonly history: Pick<LinkHistory, 'lost'>;
  /** Wall clock, milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

/** What is to be explained. */
export interface ExplainOptions {
  /** Service of the node; default `control`. */
  readonly service?: string | undefined;
  /** Name of a TLS client configuration for the stream. */
  readonly tlsClient?: string | undefined;
  /** Ends the explanation early, with what was found. */
  readonly signal?: AbortSignal | undefined;
}

/** How long each part of an explanation may take, in milliseconds. */
const PART_MS = 8_000;

/**
 * Finds out why this node can or can't open a stream to a service of another: the route, every link on it, what the
 * firewalls on the path do, the service, its certificate, the clocks, the size of datagrams; and opens a stream to see.
 * Nodes on the path are asked over their control services; what they do not say is `unknown`. Never rejects for what
 * it finds.
 */
export async function explain(
  parts: ExplainParts,
  target: string,
  options: ExplainOptions = {},
): Promise<Explanation> {
  validateOptions<ExplainParts>('explain: parts', parts, {
    node: withMethods('a mesh node', 'status', 'isReachable', 'costTo', 'traceroute'),
    dial: callback,
    firewall: callback,
    history: withMethods('a LinkHistory', 'lost'),
    now: optional(callback),
  });
  validateArgument('explain', 'target', target, text);
  validateOptions<ExplainOptions>('explain', options, {
    service: optional(text),
    tlsClient: optional(text),
    signal: optional(abortSignal),
  });
  const { service = 'control', tlsClient, signal } = options;
  const { node } = parts;
  const subject = { from: node.nodeId, node: target, service };
  const status = await node.statusInSteps();
  const lost = parts.history.lost();
  if (target !== node.nodeId && !node.isReachable(target)) {
    const { findings, path } = missingRoute(status, target, lost, parts.now?.() ?? Date.now());
    return { ...subject, open: false, findings, path };
  }
  const known = knownPath(status.knownConnectionCosts, node.nodeId, target);
  const directions = directionsOf(node.nodeId, target, service);
  const offered = status.advertisements.find(
    (each) => each.nodeId === target && each.service === service,
  );
  const [hops, answers, tried] = await withinLimit(signal, (limit) =>
    Promise.all([
      hopsTo(node, target, limit),
      askAll(parts, known, directions, tlsClient, limit),
      offered?.connectionType === 0
        ? noStreams(service)
        : tryStream(parts, target, service, tlsClient, limit),
    ]),
  );
  const nodes = hops.nodes.at(-1) === target ? hops.nodes : known;
  const path = pathLinks(nodes, status, answers);
  const own = directions.map((direction) => parts.firewall(direction));
  const now = parts.now?.() ?? Date.now();
  const clockAheadMs = target === node.nodeId ? 0 : answers.get(target)?.clockAheadMs;
  const { open, certificate, datagramBytes } = tried;
  const findings: Finding[] = [
    routeFinding(hops, target, node.costTo(target)),
    ...linkFindings(path),
    ...firewallFindings(node.nodeId, own, nodes, answers, directions),
    serviceFinding(status, target, service),
    tried.finding,
    ...certificateFindings(certificate, { target, now, trusted: open }),
    clockFinding(target, clockAheadMs),
  ];
  if (datagramBytes !== undefined) {
    findings.push({ subject: 'Datagrams', state: 'ok', text: `${datagramBytes} bytes` });
  }
  return { ...subject, open, findings, path, certificate, clockAheadMs, datagramBytes };
}

interface Hops {
  /** The nodes on the path, this one first; as far as it could be followed. */
  readonly nodes: readonly string[];
  readonly error?: Error | undefined;
  /** Round trip to the last of them, in nanoseconds. */
  readonly timeNs: number | bigint;
}

async function hopsTo(node: ExplainingNode, target: string, signal: AbortSignal): Promise<Hops> {
  const nodes = [node.nodeId];
  let timeNs: number | bigint = 0;
  if (target === node.nodeId) return { nodes, timeNs };
  for await (const hop of node.traceroute(target, { signal })) {
    if (hop.error !== undefined) return { nodes, timeNs, error: hop.error };
    timeNs = hop.timeNs;
    if (hop.from !== nodes.at(-1)) nodes.push(hop.from);
  }
  return { nodes, timeNs };
}

function routeFinding({ nodes, error, timeNs }: Hops, target: string, cost = 0): Finding {
  const path = nodes.join(' -> ');
  if (nodes.at(-1) === target) {
    const text =
      nodes.length === 1
        ? 'it is this node itself'
        : `${path}, cost ${cost}, ping ${durationText(timeNs)}`;
    return { subject: 'Route', state: 'ok', text };
  }
  const why = error?.message ?? 'no answer';
  return { subject: 'Route', state: 'warning', text: `${path}, then: ${why}` };
}

function directionsOf(from: string, target: string, service: string): readonly Direction[] {
  const random = randomBytes(4).toString('hex');
  return [
    { fromNode: from, fromService: random, toNode: target, toService: service },
    { fromNode: target, fromService: service, toNode: from, toService: random },
  ];
}

/** Asks every other node on the path, all at once. A node that could not be asked is not among the answers. */
async function askAll(
  parts: ExplainParts,
  nodes: readonly string[],
  directions: readonly Direction[],
  tlsClient: string | undefined,
  signal: AbortSignal,
): Promise<Map<string, NodeAnswers>> {
  const now = parts.now ?? Date.now;
  const asked = nodes.slice(1).map(async (nodeId) => {
    try {
      const secure = parts.node.advertisementOf(nodeId, 'control')?.connectionType === 2;
      const stream = await parts.dial(nodeId, 'control', {
        tlsClient: secure ? tlsClient : undefined,
        signal,
      });
      return [[nodeId, await askNode(stream, directions, now)] as const];
    } catch {
      return [];
    }
  });
  return new Map((await Promise.all(asked)).flat());
}

function serviceFinding(
  { advertisements }: Awaited<ReturnType<ExplainingNode['statusInSteps']>>,
  target: string,
  service: string,
): Finding {
  const ad = advertisements.find((each) => each.nodeId === target && each.service === service);
  if (ad === undefined) {
    const others = advertisements.filter(({ nodeId }) => nodeId === target);
    const names = others.map((each) => each.service).join(', ');
    const text = `${service} is not advertised${names === '' ? '' : `; advertised: ${names}`}`;
    return { subject: 'Service', state: 'warning', text };
  }
  const kind = ['datagrams', 'stream', 'stream with TLS'][ad.connectionType] ?? 'unknown kind';
  const type = ad.tags?.['type'];
  const text = `${service}, ${kind}${type === undefined ? '' : ` (${type})`}`;
  return { subject: 'Service', state: ad.connectionType === 0 ? 'failed' : 'ok', text };
}

interface Tried {
  readonly open: boolean;
  readonly finding: Finding;
  readonly certificate?: ShownCertificate | undefined;
  readonly datagramBytes?: number | undefined;
}

function noStreams(service: string): Tried {
  const text = `${service} takes datagrams, no streams`;
  return { open: false, finding: { subject: 'Stream', state: 'failed', text } };
}

async function tryStream(
  parts: ExplainParts,
  target: string,
  service: string,
  tlsClient: string | undefined,
  signal: AbortSignal,
): Promise<Tried> {
  const begun = performance.now();
  try {
    const stream = await parts.dial(target, service, { tlsClient, signal });
    stream.on('error', () => undefined);
    const ms = performance.now() - begun;
    const tried: Tried = {
      open: true,
      finding: { subject: 'Stream', state: 'ok', text: `opened in ${ms.toFixed(1)} ms` },
      certificate: await shownCertificate(stream.peerCertificates),
      datagramBytes: stream.maxDatagram,
    };
    stream.destroy();
    return tried;
  } catch (error) {
    const text = errorText(error);
    return {
      open: false,
      finding: { subject: 'Stream', state: 'failed', text },
      certificate: await shownCertificate(
        (error as { peerCertificates?: readonly Uint8Array[] }).peerCertificates,
      ),
    };
  }
}

/** Beyond this, signatures and certificates begin to be verified differently at the two ends. */
const MUCH_SKEW_MS = 30_000;

function clockFinding(target: string, aheadMs: number | undefined): Finding {
  if (aheadMs === undefined) {
    return { subject: 'Clock', state: 'unknown', text: `${target} does not say its time` };
  }
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(3);
  const text = `${target} is ${seconds} s ${aheadMs < 0 ? 'behind' : 'ahead'}`;
  return { subject: 'Clock', state: Math.abs(aheadMs) > MUCH_SKEW_MS ? 'warning' : 'ok', text };
}

/** Runs parts with a signal that fires with the caller's, and when their time is over. */
async function withinLimit<T>(
  signal: AbortSignal | undefined,
  run: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new DOMException('no answer in time', 'TimeoutError')),
    PART_MS,
  );
  const stopListening = onAbort(signal, () => limit.abort(signal?.reason));
  try {
    return await run(limit.signal);
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}
