/** No native binary fits this platform, or it was not installed. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
  readonly code = 'engine-unavailable';
  /** What the caller may do about it. */
  readonly hint =
    'It needs the optional package @matrixai/quic-linux-x64 (Linux on x64 with glibc 2.34 or newer). @receptorjs/quic-engine-wasm runs everywhere.';

  constructor(cause: unknown) {
    super(`no binary of the native QUIC engine loads here (${process.platform}, ${process.arch})`, {
      cause,
    });
  }
}
