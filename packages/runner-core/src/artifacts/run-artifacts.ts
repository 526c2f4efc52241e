import { join, resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { EVENT_LOG, openEventLog } from '../events/event-log.js';
import { listEventFiles, readEvent } from '../events/event-files.js';
import type { HostEvent, RunEvent } from '../events/events.js';
import { FactCacheFolder, type HostFacts } from './fact-cache.js';
import { readRegularFile } from './regular-file.js';

/** Most bytes of output that are given back as a text. */
export const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Where a run keeps its facts. */
export interface FactCachePlace {
  /** Below the artifact folder, or absolute. Default `fact_cache`. */
  readonly factCache?: string;
  /** Default `jsonfile`, which alone can be read here. */
  readonly factCacheType?: string;
}

/**
 * The artifact folder of a run, for reading: one that has just ended, or one of long ago. Its maker is not trusted: what is no
 * regular file, or larger than allowed, is an UnsafeFileError.
 */
export class RunArtifacts {
  /** Absolute path of the artifact folder. */
  readonly artifactDir: string;
  readonly #factCache: string;
  readonly #factCacheType: string;

  constructor(artifactDir: string, { factCache, factCacheType }: FactCachePlace = {}) {
    this.artifactDir = resolve(artifactDir);
    this.#factCache = resolve(this.artifactDir, factCache ?? 'fact_cache');
    this.#factCacheType = factCacheType ?? 'jsonfile';
  }

  /**
   * The recorded events, by counter: from the event log where there is one, else from the files.
   *
   * @throws {ConfigurationError} when there is no folder of events.
   * @throws {UnsafeFileError} for one of more than 256 MiB, or that is no JSON mapping of at most 1,000 levels.
   */
  async *events(): AsyncGenerator<RunEvent, void, undefined> {
    const log = await openEventLog(join(this.artifactDir, EVENT_LOG));
    if (log !== undefined) {
      for await (const { event } of log) yield event;
      return;
    }
    const folder = join(this.artifactDir, 'job_events');
    for (const file of await listEventFiles(folder)) {
      const event = await readEvent(folder, file);
      if (event !== undefined) yield event;
    }
  }

  /** The events about one host; none where event data is omitted. */
  async *hostEvents(host: string): AsyncGenerator<HostEvent, void, undefined> {
    for await (const event of this.events()) if (isAbout(event, host)) yield event;
  }

  /**
   * What the run printed.
   *
   * @throws {ConfigurationError} when it was not kept (`suppress_output_file`).
   * @throws {UnsafeFileError} when it has more than 256 MiB; read the file in pieces then.
   */
  stdout(): Promise<string> {
    return this.#output('stdout');
  }

  /** As {@link stdout}, of the other stream; empty, because on a terminal both are one. */
  stderr(): Promise<string> {
    return this.#output('stderr');
  }

  /**
   * Facts of a host in the run's fact cache, `{}` when there are none. Plain values, whatever version of Ansible wrote them.
   *
   * @throws {ConfigurationError} when the run's fact cache is not of type `jsonfile`, or of a version that is not known.
   */
  async factCache(host: string): Promise<HostFacts> {
    return this.#facts().read(host);
  }

  /**
   * Replaces a host's facts, in the form of what lies in the cache; in an empty one in every form, so that any version of Ansible
   * finds them. Throws as {@link factCache} does.
   */
  async setFactCache(host: string, facts: HostFacts): Promise<void> {
    await this.#facts().write(host, facts);
  }

  #facts(): FactCacheFolder {
    if (this.#factCacheType !== 'jsonfile')
      throw new ConfigurationError(
        `The fact cache is of the type ${JSON.stringify(this.#factCacheType)}; only "jsonfile" can be read and written.`,
      );
    return new FactCacheFolder(this.#factCache);
  }

  async #output(name: 'stdout' | 'stderr'): Promise<string> {
    const text = await readRegularFile(join(this.artifactDir, name), MAX_OUTPUT_BYTES);
    if (text !== undefined) return text;
    throw new ConfigurationError(
      `${name} missing: ${this.artifactDir} has none, because the run was told not to keep its output.`,
    );
  }
}

function isAbout(event: RunEvent, host: string): event is HostEvent {
  return (
    event.event_data !== undefined && 'host' in event.event_data && event.event_data.host === host
  );
}
