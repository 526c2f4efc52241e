/**
 * What can go wrong in the mesh, by code:
 *
 * - `no-route`: the node is not known, or no link leads to it.
 * - `service-unknown`: nothing listens on that service of the node.
 * - `message-expired`: the message had no hops left before it arrived.
 * - `blocked-by-firewall`: a node on the path refused the message.
 * - `unreachable`: a node on the path reported a problem this version has no code for; the message is its text.
 * - `timeout`: no answer came in time.
 * - `canceled`: the caller's `AbortSignal` fired.
 * - `shutdown`: the local node was closed.
 * - `service-in-use`: the service name is already taken on this node, or reserved.
 * - `invalid-service-name`, `invalid-node-id`, `invalid-cost`: an argument is out of its range.
 * - `message-too-long`: a payload exceeds the mesh's largest, or what a link on the path carries; `maxPayloadBytes` says
 *   how much that is.
 * - `invalid-firewall-rule`: a firewall rule can't be used.
 * - `malformed-message`: bytes from a link are not a message.
 * - `link-refused`: this node or the peer refused a link.
 */
export type MeshErrorCode =
  | 'no-route'
  | 'service-unknown'
  | 'message-expired'
  | 'blocked-by-firewall'
  | 'unreachable'
  | 'timeout'
  | 'canceled'
  | 'shutdown'
  | 'service-in-use'
  | 'invalid-service-name'
  | 'invalid-node-id'
  | 'invalid-cost'
  | 'message-too-long'
  | 'invalid-firewall-rule'
  | 'malformed-message'
  | 'link-refused';

/**
 * An error of the mesh. For the problems that users see in answers of a control service (`no-route`,
 * `service-unknown`, `message-expired`, `blocked-by-firewall`, `timeout`, `canceled`, `shutdown`) the message is
 * exactly the text such an answer carries.
 */
export class MeshError extends Error {
  override readonly name = 'MeshError';
  readonly code: MeshErrorCode;
  /** What the caller may do about it. */
  readonly hint: string | undefined;
  /** With `message-too-long`: the largest payload that would have passed, in bytes, where that is known. */
  readonly maxPayloadBytes: number | undefined;

  constructor(
    code: MeshErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; maxPayloadBytes?: number } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint;
    this.maxPayloadBytes = options.maxPayloadBytes;
  }
}

/** The texts of unreachable messages, and of the errors with the same meaning. */
export const PROBLEM_TEXT = {
  'no-route': 'no route to node',
  'service-unknown': 'service unknown',
  'message-expired': 'message expired',
  'blocked-by-firewall': 'blocked by firewall',
  /** Only nodes of this project say so; the original's links all carry the mesh's largest message. */
  'message-too-long': 'message too large for link',
} as const satisfies Readonly<Record<Problem, string>>;

/** A problem that a node reports in an unreachable message. */
export type Problem =
  'no-route' | 'service-unknown' | 'message-expired' | 'blocked-by-firewall' | 'message-too-long';

const NO_ROUTE_HINT =
  "No link leads there now. `await node.reachable(nodeId)` waits for a route, and the event 'link-failed' says why links fail.";

/**
 * The error for the problem text of an unreachable message; a text of no known problem keeps it under code `unreachable`.
 *
 * @param maxPayloadBytes - What the report says about the largest payload, if anything.
 */
export function errorForProblem(text: string, maxPayloadBytes?: number): MeshError {
  for (const [code, known] of Object.entries(PROBLEM_TEXT)) {
    if (known !== text) continue;
    return new MeshError(code as Problem, known, {
      ...(maxPayloadBytes === undefined ? {} : { maxPayloadBytes }),
      ...(code === 'no-route' ? { hint: NO_ROUTE_HINT } : {}),
    });
  }
  return new MeshError('unreachable', text);
}
