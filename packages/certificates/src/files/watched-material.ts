import { EventEmitter } from 'node:events';
import { stat } from 'node:fs/promises';
import { callback, optional, text, withMethods, type OptionChecks } from '@receptorjs/validation';
import { CertificateError } from '../certificate-error.js';
import { ExpiryWarnings } from './expiry-warnings.js';
import type { CertificateLog } from '../log.js';
import {
  loadMaterial,
  type LoadedMaterial,
  type MaterialFiles,
  type TlsMaterial,
} from './tls-material.js';

/** How often files are looked at, in milliseconds. */
const LOOK_MS = 5_000;

/** How material is loaded and kept current. */
export interface LoadOptions {
  /** The ID of this node, which its certificate must carry. */
  readonly nodeId: string;
  readonly log?: CertificateLog | undefined;
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: (() => number) | undefined;
}

export const loadChecks: OptionChecks<LoadOptions> = {
  nodeId: text,
  log: optional(withMethods('a log', 'warning', 'info')),
  now: optional(callback),
};

/**
 * The material of one configuration. Looks at its files every five seconds and reads them again when one was changed,
 * replaced or its link pointed elsewhere; files that do not fit together leave the old material and warn once. Warns
 * of certificates about to expire. It alone writes its fields.
 *
 * See docs/decisions/0055-certificates-are-re-read.md.
 */
export class WatchedMaterial extends EventEmitter<{ changed: [] }> {
  readonly now: () => number;
  readonly #files: MaterialFiles;
  readonly #log: CertificateLog | undefined;
  readonly #expiry: ExpiryWarnings;
  readonly #timer: NodeJS.Timeout;
  /** Identifies the contents of the files that were read last, whether they were usable or not. */
  #seen: string;
  #loaded: LoadedMaterial;
  #current: TlsMaterial;
  #looking: Promise<void> | undefined;

  private constructor(
    files: MaterialFiles,
    loaded: LoadedMaterial,
    seen: string,
    { log, now = Date.now }: LoadOptions,
  ) {
    super();
    this.setMaxListeners(0);
    this.now = now;
    this.#files = files;
    this.#log = log;
    this.#loaded = loaded;
    this.#seen = seen;
    this.#current = toMaterial(loaded, 1);
    this.#expiry = new ExpiryWarnings(files.name, log);
    this.#expiry.check(loaded, now());
    this.#timer = setInterval(() => void this.refresh(), LOOK_MS);
    this.#timer.unref();
  }

  /** @throws {CertificateError} */
  static async load(files: MaterialFiles, options: LoadOptions): Promise<WatchedMaterial> {
    const seen = await identify(files);
    return new WatchedMaterial(files, await loadMaterial(files), seen, options);
  }

  get loaded(): LoadedMaterial {
    return this.#loaded;
  }

  get current(): TlsMaterial {
    return this.#current;
  }

  /** Looks at the files now; resolves when what changed has been taken over. */
  refresh(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  close(): void {
    clearInterval(this.#timer);
    this.removeAllListeners();
  }

  async #look(): Promise<void> {
    this.#expiry.check(this.#loaded, this.now());
    const before = await identify(this.#files);
    if (before === this.#seen) return;
    let loaded: LoadedMaterial | undefined;
    let problem: unknown;
    try {
      loaded = await loadMaterial(this.#files);
    } catch (error) {
      problem = error;
    }
    // Files that changed while they were read are read again at the next look.
    if ((await identify(this.#files)) !== before) return;
    this.#seen = before;
    if (loaded === undefined) {
      const why = problem instanceof CertificateError ? problem.message : String(problem);
      this.#log?.warning(
        `TLS configuration ${this.#files.name}: the changed files can't be used, those read before stay in use: ${why}`,
      );
      return;
    }
    this.#loaded = loaded;
    this.#current = toMaterial(loaded, this.#current.version + 1);
    this.#expiry.check(loaded, this.now());
    this.#log?.info(`TLS configuration ${this.#files.name}: read its changed files`);
    this.emit('changed');
  }
}

function toMaterial(
  { certificatePem, keyPem, caPem }: LoadedMaterial,
  version: number,
): TlsMaterial {
  return {
    certificatePem,
    keyPem,
    caPem,
    version,
  };
}

/** A text that differs when a file does: what its links lead to, its size and its times. */
async function identify({ cert, key, ca }: MaterialFiles): Promise<string> {
  const parts = [cert, key, ca].map(async (file) => {
    if (file === undefined) return '';
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
      return [dev, ino, size, mtimeNs, ctimeNs].join(':');
    } catch {
      return 'missing';
    }
  });
  return (await Promise.all(parts)).join(' ');
}
