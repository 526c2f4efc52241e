/** Ends the program with an exit code after `ERROR: <message>` on stderr; without a message, silently. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly exitCode: number,
    message?: string,
  ) {
    super(message);
  }
}

/** An error text with what helps, where a node of the original says no more than that TLS is wanted. */
export function withRemedy(text: string): string {
  const mismatch = 'insecure connection to secure service';
  if (!text.includes(mismatch) || text.includes('wants TLS')) return text;
  return text.replace(
    mismatch,
    `${mismatch} (it wants TLS: try --tls-client NAME, a tls-client of the node spoken to)`,
  );
}
