import type { ControlClient, DigestRange, DigestReply } from '@receptorjs/control-client';
import {
  ControlError,
  encodeJson,
  isBadCommand,
  isRemoteAnswer,
  unitStatusReply,
} from '@receptorjs/control-protocol';
import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.js';
import { jsonPieces } from '../output/json-pieces.js';
import { withProgress } from '../output/progress.js';
import { harmless, printNotice } from '../output/terminal.js';
import { isSeen } from '../output/terminal-table.js';
import type { Session } from '../session.js';
import { PrintedEnd } from './last-output.js';
import { remoteError } from './remote-error.js';

/** What of a unit's output is printed. */
export interface ResultsOptions {
  /** The first byte. Default 0. */
  readonly startpos?: bigint | undefined;
  /** Whether it is compared with the digest of the node where the unit ran. */
  readonly verify?: boolean | undefined;
  /** Objects of JSON instead of the bytes: one a line for each piece, and one for the end. */
  readonly json?: boolean | undefined;
}

/**
 * Prints the stdout of a unit to its end, also when the node is restarted meanwhile, for which it gets the time of
 * `--timeout`. A failed unit is a failure of this program; a canceled one is not, as with the original.
 */
export async function results(
  session: Session,
  unitId: string,
  { startpos = 0n, verify, json, signal }: ResultsOptions & { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const client = await session.connect();
  const received = verify ? new Received() : undefined;
  try {
    const output = await remoteError('Failed to get results: ', () =>
      client.results(unitId, { startPos: startpos, signal, lostTimeoutMs: session.timeoutMs }),
    );
    // on a terminal the output itself shows how far it is
    const shown = isSeen() ? output : withProgress(output, { verb: 'Received' });
    const printed = new PrintedEnd();
    const bytes = printed.of(received?.of(shown) ?? shown);
    const pieces = json ? jsonPieces(bytes, startpos) : bytes;
    const printing = pipeline(pieces, process.stdout, { end: false, signal });
    const problem = await endOf(printing, json ? undefined : printed);
    if (json) {
      const status = unitStatusReply(await client.workStatus(unitId));
      process.stdout.write(`${encodeJson({ Status: status, UnitID: unitId })}\n`);
    }
    if (received) await compare(client, unitId, startpos, received);
    if (problem !== undefined) throw new Failure(1, problem);
  } finally {
    client.close();
  }
}

/** What is to be said of a unit that has failed, once all of its output was printed. */
async function endOf(
  printing: Promise<void>,
  printed: PrintedEnd | undefined,
): Promise<string | undefined> {
  try {
    await printing;
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    if (error.code === 'work-canceled') return undefined;
    if (error.code !== 'work-failed') throw error;
    const { detail = '', report } = error.work?.status ?? {};
    const stderr = printed?.unprinted(report?.lastOutput);
    if (stderr !== undefined) process.stderr.write(`${harmless(stderr)}\n`);
    return `Remote unit failed: ${detail}\n`;
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

/**
 * Compares what was received with what the unit has written where it ran. When only a part was received, the copy at this node is compared with
 * both: all of it with what was written, and the part with what was received.
 *
 * @throws {Failure} when the output is another than that of the node where the unit ran, or when that can't be known
 */
async function compare(
  client: ControlClient,
  unitId: string,
  startPos: bigint,
  received: Received,
): Promise<void> {
  const sha256 = received.digest();
  const there = await digestOf(client, unitId);
  const from = startPos > there.endPos ? there.endPos : startPos;
  if (from > 0n) {
    const copy = await digestOf(client, unitId, { startPos: 0n, endPos: there.endPos });
    if (copy.sha256 !== there.sha256) throw differs('the copy at this node has', copy, there);
  }
  const part =
    from > 0n ? await digestOf(client, unitId, { startPos: from, endPos: there.endPos }) : there;
  if (part.sha256 !== sha256) {
    const got = { startPos: 0n, endPos: received.bytes, sha256 };
    throw differs('received were', got, part);
  }
  const where = from > 0n ? ` from byte ${from} on` : '';
  printNotice(`verified: ${received.bytes} bytes${where}, SHA-256 ${sha256}`);
}

function differs(what: string, got: DigestReply, there: DigestReply): Failure {
  return new Failure(
    1,
    `the output differs: ${what} ${got.endPos - got.startPos} bytes, SHA-256 ${got.sha256}; the unit has written ${there.endPos - there.startPos} bytes, SHA-256 ${there.sha256}`,
  );
}

async function digestOf(client: ControlClient, unitId: string, range: DigestRange = {}) {
  try {
    return await client.workDigest(unitId, range);
  } catch (cause) {
    if (isBadCommand(cause)) {
      throw new Failure(1, `not verifiable: ${await client.nodeId()} reports no digest`);
    }
    throw isRemoteAnswer(cause) ? new Failure(1, cause.message) : cause;
  }
}
