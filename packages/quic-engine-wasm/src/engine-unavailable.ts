/** The WebAssembly of the engine can't be read or compiled. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
  readonly code = 'engine-unavailable';

  constructor(cause: unknown) {
    super("the WebAssembly of the QUIC engine can't be loaded: is the package complete?", {
      cause,
    });
  }
}
