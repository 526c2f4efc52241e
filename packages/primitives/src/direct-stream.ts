import type { Duplex } from 'node:stream';

/** A stream of the mesh (`MeshStream` of netceptor-streams), by the ways in which it is read and written without the buffers of a `Duplex`. */
export interface DirectStream extends Duplex {
  writeNow(chunk: Buffer): number;
  whenWritable(ready: () => void): void;
  readNow(memory: Buffer): number;
  whenReadable(ready: () => void): void;
  readTo(receiver: { room(): Buffer | undefined; filled(bytes: number): void }): () => void;
}

/** Whether a stream can be read and written so. */
export function isDirectStream(stream: object): stream is DirectStream {
  return (
    'writeNow' in stream &&
    'whenWritable' in stream &&
    'readNow' in stream &&
    'whenReadable' in stream &&
    'readTo' in stream
  );
}
