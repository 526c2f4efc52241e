/**
 * What a {@link NodeRunError} can be about:
 *
 * - `bad-peer`: a peer or a TLS option that can't be used
 * - `no-peer`: the peer does not answer, or refused the link
 * - `peer-timeout`: the peer answers, but the node was not found in time, or its control service did not answer or can't be used
 * - `node-id-in-use`: another node of the mesh has the ID asked for
 * - `unsent`: the job could not be read here; `cause` is the error of `transmit`
 * - `refused`: the node answered, and does not take the job
 * - `lost`: the node could not be reached again in time; the job may still be there
 * - `unit-gone`: the node no longer knows the job
 * - `protocol-violation`: the node answers again and again what can't be understood, or sends less than it says there is
 */
export type NodeRunErrorCode =
  | 'bad-peer'
  | 'no-peer'
  | 'peer-timeout'
  | 'node-id-in-use'
  | 'unsent'
  | 'refused'
  | 'lost'
  | 'unit-gone'
  | 'protocol-violation';

/** The one error class of this package. Recognize it by `code`; `cause` holds what lay beneath. */
export class NodeRunError extends Error {
  override readonly name = 'NodeRunError';

  constructor(
    readonly code: NodeRunErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The text of whatever was thrown, with the hint that errors of the mesh carry. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = 'hint' in error && typeof error.hint === 'string' ? ` (${error.hint})` : '';
  return optionsOfHere(`${error.message}${hint}`);
}

/** What a node says of receptorctl's options, for those that a job is submitted with. */
export function optionsOfHere(text: string): string {
  return text.replace('try --tls-client', 'try --receptor-tls-client');
}
