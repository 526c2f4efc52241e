import { ProtocolViolations } from '@receptorjs/control-client/internal';
import { isFinal, isUnknownUnit, UnitState } from '@receptorjs/control-protocol';
import type { Duplex } from 'node:stream';
import type { ReconnectingClient } from '../transport/reconnecting-client.js';
import { NodeRunError, optionsOfHere, reasonOf } from '../errors.js';

/** After so long without output, in milliseconds, the node is asked whether the unit still runs. */
const SILENT_MS = 30_000;

/** Whose output is read. */
export interface UnitOutputOptions {
  readonly node: string;
  readonly unitId: string;
  readonly reconnectingClient: ReconnectingClient;
  readonly signal: AbortSignal;
  /** The first byte. Default: 0. */
  readonly startPos?: bigint | undefined;
}

/**
 * All of a unit's output from a byte on, as it comes. A connection that breaks is made anew and goes on at the byte where the last one
 * ended. It ends when the unit has ended and all was read.
 *
 * @throws {NodeRunError} `lost`, `unit-gone`, `protocol-violation`; `refused` when the unit has failed without a byte; the signal's reason
 */
export async function* unitOutput(options: UnitOutputOptions): AsyncGenerator<Uint8Array, void> {
  const { reconnectingClient, signal, unitId, startPos = 0n } = options;
  let position = startPos;
  const violations = new ProtocolViolations();
  for (;;) {
    const before = position;
    try {
      const { client, close } = await reconnectingClient.open(signal);
      try {
        const output = await client.resultStream(unitId, { startPos: position, signal });
        for await (const chunk of untilComplete(output, options, () => position)) {
          position += BigInt(chunk.length);
          reconnectingClient.markAlive();
          violations.reset();
          yield chunk;
        }
      } finally {
        close();
      }
      const missing = await bytesMissing(options, position);
      if (missing === 0n) return;
      if (missing !== undefined && position === before && violations.isEmptyTooOften())
        throw misbehaves(options, `the output ended ${missing} bytes before the end that it tells`);
      throw new Error('the output ended before the unit');
    } catch (error) {
      if (violations.isOneTooMany(error)) throw misbehaves(options, reasonOf(error), error);
      if (isUnknownUnit(error))
        throw new NodeRunError('unit-gone', `The node no longer knows the work unit ${unitId}`);
      await reconnectingClient.recover(error, signal);
    }
  }
}

/** The stream, ended when it is silent and the unit has ended: some nodes leave the output of a canceled unit open. */
async function* untilComplete(
  output: Duplex,
  options: UnitOutputOptions,
  position: () => bigint,
): AsyncGenerator<Uint8Array, void> {
  const over = new AbortController();
  let asking = false;
  const look = setInterval(() => {
    if (asking) return;
    asking = true;
    bytesMissing(options, position())
      .then(
        (missing) => {
          if (missing !== 0n) return;
          over.abort();
          output.destroy();
        },
        (error: unknown) => output.destroy(error instanceof Error ? error : undefined),
      )
      .finally(() => (asking = false));
  }, SILENT_MS);
  try {
    for await (const chunk of output as AsyncIterable<Uint8Array>) {
      look.refresh();
      yield chunk;
    }
  } catch (error) {
    // The stream's way to say that it was destroyed.
    if (!over.signal.aborted) throw error;
  } finally {
    clearInterval(look);
  }
}

/** How many bytes of output are still to come of a unit that has ended; undefined while it runs. */
async function bytesMissing(
  { node, unitId, reconnectingClient, signal }: UnitOutputOptions,
  position: bigint,
): Promise<bigint | undefined> {
  const { client, close } = await reconnectingClient.open(signal);
  try {
    const { state, detail, stdoutSize } = await client.workStatus(unitId, { signal });
    if (!isFinal(state)) return undefined;
    if (position < stdoutSize) return stdoutSize - position;
    if (position === 0n && state === UnitState.Failed)
      throw new NodeRunError(
        'refused',
        `The node ${node} could not run the job: ${optionsOfHere(detail)}`,
      );
    return 0n;
  } finally {
    close();
  }
}

function misbehaves({ node }: UnitOutputOptions, why: string, cause?: unknown): NodeRunError {
  return new NodeRunError(
    'protocol-violation',
    `The node ${node} does not answer as it should: ${why}`,
    {
      cause,
    },
  );
}
