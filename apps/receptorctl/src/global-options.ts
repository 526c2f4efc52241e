/** The options that stand before the verb. */
export interface GlobalOptions {
  readonly socket?: string | undefined;
  readonly config?: string | undefined;
  readonly tlsClient?: string | undefined;
  readonly rootcas?: string | undefined;
  readonly key?: string | undefined;
  readonly cert?: string | undefined;
  readonly insecureskipverify?: string | undefined;
  /** Seconds for connecting, for the greeting and for each reply. */
  readonly timeout?: number | undefined;
}
