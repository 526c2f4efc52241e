import { type Manifest } from '@receptorjs/runner-streaming';
import { manifestOf, readKnownBlobs, writeBlobQuery } from '@receptorjs/runner-streaming/internal';
import { Readable } from 'node:stream';
import { NodeRunError } from '../errors.js';
import type { RemoteJobUnit } from './remote-job-unit.js';
import type { ReconnectingClient } from '../transport/reconnecting-client.js';
import { openPayload, type Payload } from './payload.js';
import { releaseUnit } from './unit-release.js';
import { unitOutput } from './unit-output.js';

/** Files of a job, and which of them its node has. */
export interface KnownFiles {
  readonly manifest: Manifest;
  readonly known: ReadonlySet<string>;
}

/** What the question needs. */
export interface KnownFilesOptions {
  readonly privateDataDir: string;
  readonly node: string;
  readonly signal: AbortSignal;
  readonly onWarning: (sentence: string) => void;
  readonly reconnectingClient: () => ReconnectingClient;
  readonly unit: (payload: () => Payload) => RemoteJobUnit;
}

/**
 * Asks a node, by a unit of its own, which files of a private data dir it has from earlier jobs; `undefined` when its
 * worker keeps none or does not know the question.
 *
 * @throws what {@link RemoteJobUnit.start} throws
 */
export async function askKnownFiles(options: KnownFilesOptions): Promise<KnownFiles | undefined> {
  const { node, signal } = options;
  const manifest = await manifestOf(options.privateDataDir);
  const unit = options.unit(() => openPayload((output) => writeBlobQuery(manifest, output)));
  const reconnectingClient = options.reconnectingClient();
  try {
    const unitId = await unit.start(reconnectingClient, signal);
    const output = unitOutput({ node, unitId, reconnectingClient, signal });
    const known = await readKnownBlobs(Readable.from(output, { objectMode: false }), manifest);
    return known === undefined ? undefined : { manifest, known };
  } catch (error) {
    // A worker that ended without a word.
    if (unit.id !== undefined && error instanceof NodeRunError && error.code === 'refused')
      return undefined;
    throw error;
  } finally {
    reconnectingClient.close();
    const left = await releaseUnit(unit, { reconnectingClient: options.reconnectingClient() });
    if (left !== undefined) options.onWarning(left);
  }
}
