import { errorForProblem, MeshError } from '../errors.js';
import { MAX_HOPS } from '../wire/message-type.js';
import type { DatagramSocket } from './datagram-socket.js';

/** How a ping is sent. */
export interface PingOptions {
  /** How often the ping may be handed on, 0 to 255; default 30. */
  readonly hopsToLive?: number;
  /** Bytes the ping carries, 0 to 16,384: finds out whether the way takes messages of that size. Default 0. */
  readonly payloadBytes?: number;
  /** Milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The answer to a ping. */
export interface PingReply {
  /** The node that answered. */
  readonly from: string;
  /** Round trip in nanoseconds. */
  readonly timeNs: bigint;
}

/** One step of a traceroute. */
export interface TracerouteHop extends PingReply {
  /** Why the trace ends here, when that is not the target's answer. */
  readonly error?: MeshError;
}

/** The outcome of one ping, refused ones included. */
interface Probe extends PingReply {
  readonly error?: MeshError;
}

/** Sends one ping through a socket of its own, which this closes. Never rejects. */
async function probe(
  socket: DatagramSocket,
  ownNodeId: string,
  target: string,
  { hopsToLive, payloadBytes = 0, timeoutMs = 10_000, signal }: PingOptions,
): Promise<Probe> {
  const started = process.hrtime.bigint();
  const outcome = (from: string, error?: MeshError): Probe => ({
    from,
    timeNs: process.hrtime.bigint() - started,
    ...(error === undefined ? {} : { error }),
  });
  const { promise, resolve } = deferred<Probe>();
  const cancel = (): void => resolve(outcome('', new MeshError('cancelled', 'user cancelled')));
  const timer = setTimeout(
    () => resolve(outcome('', new MeshError('timeout', 'timeout'))),
    timeoutMs,
  );
  socket.on('message', (_payload, fromNode) => resolve(outcome(fromNode)));
  socket.on('unreachable', ({ problem, reportedBy, maxPayloadBytes }) =>
    resolve(outcome(reportedBy, errorForProblem(problem, maxPayloadBytes))),
  );
  socket.on('close', () => resolve(outcome('', new MeshError('shutdown', 'netceptor shutdown'))));
  try {
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel);
    socket.send(target, 'ping', Buffer.alloc(payloadBytes), hopsToLive);
    return await promise;
  } catch (error) {
    if (error instanceof MeshError) return outcome(ownNodeId, error);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    socket.close();
  }
}

/**
 * Sends a ping and waits for its answer.
 *
 * @throws {MeshError} `no-route`, `service-unknown`, `message-expired`, `blocked-by-firewall`, `timeout`, `cancelled`,
 *   `shutdown`
 */
export async function ping(
  socket: DatagramSocket,
  ownNodeId: string,
  target: string,
  options: PingOptions,
): Promise<PingReply> {
  const { error, ...reply } = await probe(socket, ownNodeId, target, options);
  if (error !== undefined) throw error;
  return reply;
}

/** Pings the target with 0, 1, 2 ... hops and yields who answered, until the target did or something else went wrong. */
export async function* traceroute(
  openSocket: () => DatagramSocket,
  ownNodeId: string,
  target: string,
  options: Omit<PingOptions, 'hopsToLive'>,
): AsyncGenerator<TracerouteHop, void, undefined> {
  for (let hopsToLive = 0; hopsToLive <= MAX_HOPS; hopsToLive++) {
    const hop = await probe(openSocket(), ownNodeId, target, { ...options, hopsToLive });
    if (hop.error?.code === 'message-expired') {
      yield { from: hop.from, timeNs: hop.timeNs };
      continue;
    }
    yield hop;
    return;
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
