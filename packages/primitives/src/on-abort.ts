/**
 * Has a function called once when a signal fires, at once if it has fired already.
 *
 * @returns the call that takes the listener away again; without it a signal that lives long gathers listeners
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
