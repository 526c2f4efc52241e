/** What a subcommand gets to work with. */
export interface CommandContext {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by SIGTERM, SIGINT and SIGHUP; never for `transmit`, which these signals end as they end any program. */
  readonly signal: AbortSignal;
  readonly version: string;
}
