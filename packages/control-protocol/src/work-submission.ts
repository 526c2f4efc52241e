/** A request for a new unit of work. */
export interface WorkSubmission {
  /** The ID of the node that is asked or `localhost` for local work, else the node to run on. */
  readonly node: string;
  readonly workType: string;
  /** Every key of the request that has no meaning of its own. */
  readonly params: Readonly<Record<string, string>>;
  /** Names a TLS client configuration of the node that is asked. */
  readonly tlsClient?: string | undefined;
  /** Go duration within which a remote unit must have started. */
  readonly ttl?: string | undefined;
  /** Whether the node that is asked signs the request to the node that runs it. */
  readonly signWork: boolean;
  readonly signature?: string | undefined;
}
