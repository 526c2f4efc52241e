import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, posix, relative, resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';

/** Folders that are never mounted into a container: it would hide the image's own. */
const REFUSED = new Set(['/', '/home', '/usr']);

/**
 * Refuses to mount what would replace the image's system, also by a link to it, and what engines would take for something else.
 *
 * @param path a path of this machine; a file stands for its folder
 * @throws {ConfigurationError}
 */
export function checkMountable(path: string): void {
  if (path.includes(':'))
    throw new ConfigurationError(
      `A container can't see ${path}: engines take what stands behind a colon for another path.`,
    );
  const found = statSync(path, { throwIfNoEntry: false });
  const folder = resolve(found?.isFile() === true ? dirname(path) : path);
  if (REFUSED.has(folder) || (found !== undefined && REFUSED.has(realpathSync(folder))))
    throw new ConfigurationError(
      `When using containerized execution, cannot mount '/' or '/home' or '/usr' (asked for: ${path})`,
    );
}

/** `path` below `folder` as a relative path, or `undefined` when it lies elsewhere. */
export function below(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  return way === '..' || way.startsWith('../') || isAbsolute(way) ? undefined : way;
}

/** A folder, or file, of this machine at a path in the container. Folders end with `/`. */
export interface Mount {
  readonly source: string;
  readonly destination: string;
  readonly options?: string;
}

/** A mount of a folder; both paths get their `/` at the end. */
export function folderMount(source: string, destination: string, options?: string): Mount {
  return {
    source: join(source, '/'),
    destination: join(destination, '/'),
    options,
  };
}

/**
 * What is mounted, in order. Every mount claims its destination here, since engines refuse two mounts at one place: the first
 * stays. Owned by the isolation it belongs to.
 */
export class MountList implements Iterable<Mount> {
  readonly #mounts: Mount[] = [];
  readonly #destinations = new Set<string>();

  /** Takes a path in the container for a mount; `false` when something is mounted there already. */
  claim(destination: string): boolean {
    const key = posix.join('/', destination, '.');
    if (this.#destinations.has(key)) return false;
    this.#destinations.add(key);
    return true;
  }

  /** Adds a mount, unless something is mounted at its destination already. */
  add(mount: Mount): void {
    if (this.claim(mount.destination)) this.#mounts.push(mount);
  }

  /** Where the container sees `path`, by the added mount closest to it; `undefined` when it does not. */
  inside(path: string): string | undefined {
    let best: { mount: Mount; way: string } | undefined;
    for (const mount of this.#mounts) {
      const way = below(mount.source, path);
      if (
        way !== undefined &&
        (best === undefined || best.mount.source.length < mount.source.length)
      )
        best = { mount, way };
    }
    return best === undefined ? undefined : resolve(best.mount.destination, best.way);
  }

  [Symbol.iterator](): Iterator<Mount> {
    return this.#mounts.values();
  }

  /** As arguments of the engine. */
  arguments(): string[] {
    return this.#mounts.flatMap(mountArguments);
  }
}

/** A mount as arguments of the engine. */
export function mountArguments({ source, destination, options }: Mount): string[] {
  return ['-v', `${source}:${destination}${options === undefined ? '' : `:${options}`}`];
}
