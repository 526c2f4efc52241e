/** A problem report for a message that a service of this node had sent. */
export interface UnreachableNotice {
  /** Text of the problem; see `PROBLEM_TEXT`. */
  readonly problem: string;
  /** The node that reports it. */
  readonly reportedBy: string;
  /** Target of the message. */
  readonly toNode: string;
  readonly toService: string;
  /** With the problem `message too large for link`: the largest payload that would have passed, in bytes. */
  readonly maxPayloadBytes?: number | undefined;
}
