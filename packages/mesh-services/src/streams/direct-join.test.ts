import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { afterTest } from '../test-mesh.js';
import { isDirect, joinDirectly } from './direct-join.js';

/** A stream of the mesh with room for some bytes at a time. It alone writes its fields. */
class StreamWithRoom extends Duplex {
  readonly taken: Buffer[] = [];
  room = 0;
  ended = false;
  #ready: (() => void) | undefined;
  #receiver: { room(): Buffer | undefined; filled(bytes: number): void } | undefined;
  /** Whether the receiver has said that it has room again. */
  resumed = 0;

  constructor() {
    super({ allowHalfOpen: true });
  }

  writeNow(chunk: Buffer): number {
    const length = Math.min(this.room, chunk.length);
    this.taken.push(Buffer.from(chunk.subarray(0, length)));
    this.room -= length;
    return length;
  }

  whenWritable(ready: () => void): void {
    this.#ready = ready;
  }

  readNow(): number {
    return 0;
  }

  whenReadable(): void {
    // nobody pulls here
  }

  readTo(receiver: { room(): Buffer | undefined; filled(bytes: number): void }): () => void {
    this.#receiver = receiver;
    this.resume();
    return () => {
      this.resumed += 1;
    };
  }

  /** Makes room and says so. */
  makeRoom(bytes: number): void {
    this.room += bytes;
    const ready = this.#ready;
    this.#ready = undefined;
    ready?.();
  }

  /** Bytes arrive; returns how many were taken. */
  arrive(bytes: Buffer): number {
    const room = this.#receiver?.room();
    if (room === undefined) return 0;
    const length = bytes.copy(room);
    this.#receiver?.filled(length);
    return length;
  }

  override _read(): void {
    // what arrives goes to the receiver
  }

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }

  override _final(done: () => void): void {
    this.ended = true;
    done();
  }
}

/** The two ends of a TCP connection that can be half closed. */
async function connection(): Promise<{ here: Socket; there: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => server.close());
  const { port } = server.address() as AddressInfo;
  const there = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [here] = (await once(server, 'connection')) as [Socket];
  for (const socket of [here, there]) afterTest(() => socket.destroy());
  return { here, there };
}

const bytes = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => at % 251));
const nothing = (): void => undefined;

describe('a socket joined directly with a stream', () => {
  it('gives all it receives, whatever room the stream has, and ends it then', async () => {
    const { here, there } = await connection();
    const stream = new StreamWithRoom();
    const sent = bytes(1_000_000);
    joinDirectly(here, stream, nothing);
    there.end(sent);
    const ended = once(stream, 'finish');
    while (!stream.ended) {
      stream.makeRoom(10_007);
      await new Promise(setImmediate);
    }
    await ended;
    expect(Buffer.concat(stream.taken).equals(sent)).toBe(true);
  });

  it('ends a stream whose socket had ended before it was joined', async () => {
    const { here, there } = await connection();
    here.resume();
    there.end();
    await once(here, 'end');
    const stream = new StreamWithRoom();
    joinDirectly(here, stream, nothing);
    await once(stream, 'finish');
    expect(stream.taken).toEqual([]);
  });

  it('takes no more of the stream than it may have unwritten, and says when it has room', async () => {
    const { here, there } = await connection();
    const stream = new StreamWithRoom();
    joinDirectly(here, stream, nothing);
    there.pause();
    const piece = bytes(100_000);
    let taken = 0;
    for (let idle = 0; idle < 20;) {
      const now = stream.arrive(piece);
      taken += now;
      idle = now === 0 ? idle + 1 : 0;
      await new Promise(setImmediate);
    }
    // what the system takes, and four pieces
    expect(here.writableLength).toBeLessThanOrEqual(4 * 131_072);
    expect(stream.resumed).toBe(0);
    let got = 0;
    there.on('data', (chunk: Buffer) => {
      expect(
        chunk.equals(
          Buffer.concat([piece, piece, piece])
            .subarray(got % 100_000)
            .subarray(0, chunk.length),
        ),
      ).toBe(true);
      got += chunk.length;
    });
    there.resume();
    while (got < taken) await once(there, 'data');
    await expect.poll(() => stream.resumed).toBeGreaterThan(0);
    expect(stream.arrive(piece)).toBe(100_000);
    stream.push(null);
    await once(there, 'end');
    expect(got).toBe(taken + 100_000);
  });

  it('says once that data has come, from either side', async () => {
    for (const side of ['socket', 'stream']) {
      const { here, there } = await connection();
      const stream = new StreamWithRoom();
      stream.room = 1_000;
      let carried = 0;
      joinDirectly(here, stream, () => (carried += 1));
      expect(carried).toBe(0);
      for (let count = 0; count < 2; count++) {
        if (side === 'stream') stream.arrive(Buffer.from('x'));
        else {
          there.write('x');
          while (stream.taken.length <= count) await new Promise(setImmediate);
        }
      }
      expect(carried).toBe(1);
    }
  });
});

it('streams that hold something already are joined another way', () => {
  const stream = new StreamWithRoom();
  expect(isDirect(stream)).toBe(true);
  stream.push('x');
  expect(isDirect(stream)).toBe(false);
  expect(isDirect(new Duplex())).toBe(false);
});
