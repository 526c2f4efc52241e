/** A token or an answer that is none. */
export class JoinProtocolError extends Error {
  override readonly name = 'JoinProtocolError';
}
