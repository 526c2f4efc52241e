import type { ControlClient } from '@receptorjs/control-client';
import { ControlError, isBadCommand, isRemoteAnswer } from '@receptorjs/control-protocol';
import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.js';
import { withProgress } from '../output/progress.js';
import { printNotice } from '../output/terminal.js';
import { isSeen } from '../output/terminal-table.js';
import type { Session } from '../session.js';
import { remoteError } from './remote-error.js';

/** What of a unit's output is printed. */
export interface ResultsOptions {
  /** The first byte. Default 0. */
  readonly startpos?: bigint | undefined;
  /** Whether all of it is compared with the digest of the node where the unit ran. */
  readonly verify?: boolean | undefined;
}

/**
 * Prints the stdout of a unit to its end, also when the node is restarted meanwhile, for which it gets the time of
 * `--timeout`. A failed unit is a failure of this program; a canceled one is not, as with the original.
 */
export async function results(
  session: Session,
  unitId: string,
  { startpos, verify, signal }: ResultsOptions & { readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (verify && startpos !== undefined) {
    throw new Failure(1, '--verify is about the whole output: leave out --startpos');
  }
  const client = await session.connect();
  const received = verify ? new Received() : undefined;
  try {
    const output = await remoteError('Failed to get results: ', () =>
      client.results(unitId, { startPos: startpos, signal, lostTimeoutMs: session.timeoutMs }),
    );
    // on a terminal the output itself shows how far it is
    const shown = isSeen() ? output : withProgress(output, { verb: 'Received' });
    const problem = await endOf(
      pipeline(received?.of(shown) ?? shown, process.stdout, { end: false, signal }),
    );
    if (received) await compare(client, unitId, received);
    if (problem !== undefined) throw new Failure(1, problem);
  } finally {
    client.close();
  }
}

/** What is to be said of a unit that has failed, once all of its output was printed. */
async function endOf(printing: Promise<void>): Promise<string | undefined> {
  try {
    await printing;
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    if (error.code === 'work-canceled') return undefined;
    if (error.code !== 'work-failed') throw error;
    return `Remote unit failed: ${error.work?.status.detail ?? ''}\n`;
  }
  return undefined;
}

/** Bytes that were received, and their digest. */
class Received {
  readonly #hash: Hash = createHash('sha256');
  /** Written by `of` only. */
  #bytes = 0n;

  get bytes(): bigint {
    return this.#bytes;
  }

  /** The chunks, which are counted on their way. Called once. */
  async *of(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      this.#hash.update(chunk);
      this.#bytes += BigInt(chunk.length);
      yield chunk;
    }
  }

  /** Ends the count. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** @throws {Failure} when the output is another than that of the node where the unit ran, or when that can't be known */
async function compare(client: ControlClient, unitId: string, received: Received): Promise<void> {
  const there = await digestOf(client, unitId);
  const sha256 = received.digest();
  if (there.sha256 === sha256) {
    printNotice(`verified: ${received.bytes} bytes, SHA-256 ${sha256}`);
    return;
  }
  throw new Failure(
    1,
    `the output differs: received were ${received.bytes} bytes, SHA-256 ${sha256}; the unit has written ${there.endPos} bytes, SHA-256 ${there.sha256}`,
  );
}

async function digestOf(client: ControlClient, unitId: string) {
  try {
    return await client.workDigest(unitId);
  } catch (cause) {
    if (isBadCommand(cause)) {
      throw new Failure(1, `not verifiable: ${await client.nodeId()} reports no digest`);
    }
    throw isRemoteAnswer(cause) ? new Failure(1, cause.message) : cause;
  }
}
