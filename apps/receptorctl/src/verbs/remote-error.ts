/** Puts a prefix before the text of an `ERROR:` line. */
export async function remoteError<T>(prefix: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const isAnswer = cause instanceof Error && 'code' in cause && cause.code === 'remote-error';
    if (!isAnswer) throw cause;
    throw new Error(`${prefix}${cause.message}`, { cause });
  }
}
