/** Who asks. Nothing is asked of requests over a unix socket. */
export interface Access {
  readonly transport: 'unix' | 'tcp' | 'mesh';
  /** The address of a TCP client, or the ID of a node; what they submit is counted by it. */
  readonly from?: string | undefined;
  /** The neighbor over whose link a node is reached. */
  readonly via?: string | undefined;
  readonly signature?: string | undefined;
}

/** A unit that has an ID and waits for its stdin. */
export interface SubmittedUnit {
  readonly unitId: string;
  /** Stores the stdin and starts the unit; `Job Started` or `Job Submitted`. */
  start(stdin: AsyncIterable<Uint8Array>): Promise<string>;
}
