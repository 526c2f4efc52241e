import { point } from '@receptorjs/primitives';
import { type ControlClient } from '@receptorjs/control-client';
import { isRemoteAnswer, isUnknownUnit, wasStarted } from '@receptorjs/control-protocol';
import { WorkError } from '../errors.js';
import { foreignText } from './foreign-text.js';
import type { RemoteData } from './remote-extra-data.js';
import type { NodeAbilities } from './node-abilities.js';
import { submissionIdParam } from './resubmissions.js';
import { AT_ONCE_BYTES, UnitFile } from '../store/unit-file.js';

/** What a start needs from its unit. */
export interface StartContext {
  readonly data: () => RemoteData;
  /** All parameters, secret ones in clear; asked for when they are to be sent. */
  readonly params: () => Readonly<Record<string, string>>;
  /** Stores a change before the next step is taken; `soon` for one that another attempt finds out without it. */
  readonly save: (change: Partial<RemoteData>, when?: 'now' | 'soon') => void;
  /** Resolves when what was stored outlasts a power cut. */
  readonly flushed: () => Promise<void>;
  /** Name of the submission, the same in every attempt. */
  readonly submissionId: string;
  readonly stdinPath: string;
  /** Makes requests on a connection to the other node; all once more when it was one of before that is closed. */
  readonly use: <T>(run: (client: ControlClient) => Promise<T>) => Promise<T>;
  /** What is known of the other node's control service. */
  readonly abilities: NodeAbilities;
}

/** Milliseconds the other node may take to start a unit, besides those for its stdin, which it stores first. */
const STARTED_MS = 60_000;
/** What any disk stores: 1 MiB a second. */
const FLUSHED_BYTES_PER_MS = 2 ** 20 / 1_000;

/** Bytes of stdin read into one piece. */
const STDIN_CHUNK_BYTES = 256 * 1024;

/**
 * One attempt to start a unit on its node. The ID is stored before the end of stdin is sent, so a unit whose ID got
 * lost never starts, and one whose ID is known can be asked after: an attempt that follows a broken one first finds
 * out whether the job has started, and releases the remains when it has not. Remains whose ID got lost are replaced by
 * the other node, which knows the submission by its name.
 *
 * @returns `gone` when the unit of an earlier attempt is not known there any more
 * @throws {WorkError} `start-failed` when the node refuses; anything else means that it could not be reached
 */
export function startOnNode(context: StartContext): Promise<'started' | 'gone'> {
  return context.use((client) => startBy(client, context));
}

async function startBy(client: ControlClient, context: StartContext): Promise<'started' | 'gone'> {
  if (context.data().RemoteUnitID !== '') {
    const earlier = await earlierAttempt(client, context);
    if (earlier === 'started') {
      point('remote-started');
      context.save({ RemoteStarted: true });
    }
    if (earlier !== 'remains') return earlier;
  }
  const { RemoteNode, RemoteWorkType, TLSClient } = context.data();
  const params = { ...context.params(), [submissionIdParam]: context.submissionId };
  const stdin = UnitFile.open(context.stdinPath, 'read');
  try {
    const size = Number(stdin.size());
    const { knowsSize, isPlain } = await client.submitSized(
      { node: RemoteNode, workType: RemoteWorkType, params, tlsClient: TLSClient },
      {
        bytes: size,
        open: () => piecesOf(stdin, size),
        isPlain: context.abilities.of(RemoteNode) === 'original',
        startTimeoutMs: STARTED_MS + size / FLUSHED_BYTES_PER_MS,
        onUnit: async (unitId) => {
          point('remote-id-heard');
          context.save({ RemoteUnitID: unitId });
          await context.flushed();
          point('remote-id-stored');
        },
      },
    );
    point('remote-started');
    context.abilities.note(
      RemoteNode,
      knowsSize ? 'one-connection' : isPlain ? 'original' : 'end-of-stdin',
    );
    context.save({ RemoteStarted: true }, 'soon');
    return 'started';
  } catch (cause) {
    if (!isRemoteAnswer(cause)) throw cause;
    const isCreated = context.data().RemoteUnitID !== '';
    const prefix = isCreated ? 'error from remote: ' : 'could not parse response: ERROR: ';
    const text = `${prefix}${foreignText(cause.message)}`;
    throw new WorkError('start-failed', text, { cause });
  } finally {
    stdin.close();
  }
}

async function* piecesOf(file: UnitFile, size: number): AsyncGenerator<Uint8Array, void> {
  const pieceBytes = size <= AT_ONCE_BYTES ? size : STDIN_CHUNK_BYTES;
  for (let position = 0; position < size;) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, size - position));
    const length = await file.read(piece, position);
    if (length === 0) return;
    position += length;
    yield piece.subarray(0, length);
  }
}

/** What has become of the unit of an earlier attempt. Its remains, which never started, are released. */
async function earlierAttempt(
  client: ControlClient,
  context: StartContext,
): Promise<'started' | 'remains' | 'gone'> {
  const { RemoteUnitID } = context.data();
  try {
    if (wasStarted(await client.workStatus(RemoteUnitID))) return 'started';
    // forgotten first: a release whose answer got lost would read as a unit that is gone
    context.save({ RemoteUnitID: '' });
    point('remote-id-forgotten');
    await client.workRelease(RemoteUnitID);
    return 'remains';
  } catch (error) {
    if (isUnknownUnit(error)) return 'gone';
    throw error;
  }
}
