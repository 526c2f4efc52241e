import { execFile } from 'node:child_process';
import { lstat, opendir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { CleanupOptions } from './cleanup-options.js';
import { cleanupChecks, validateStreamOptions } from './argument-checks.js';
import { pathsLike } from './archive/path-pattern.js';
import { removeTree } from './archive/remove-tree.js';
import { isRunning } from './worker-pid-file.js';

/** What was cleaned up. */
export interface CleanupResult {
  readonly changed: boolean;
  readonly removedDirs: number;
  readonly removedImages: number;
  readonly prunedImages: boolean;
}

/** Why nothing more was cleaned up. */
export class CleanupError extends Error {
  override readonly name = 'CleanupError';
  readonly code: 'system-folder' | 'engine-failed';

  constructor(code: CleanupError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const SYSTEM_FOLDERS = [
  ...['/', '/bin', '/boot', '/dev', '/etc', '/home', '/lib', '/mnt', '/opt', '/proc', '/root'],
  ...['/run', '/sbin', '/sys', '/usr', '/var'],
];
const DEFAULT_GRACE_MINUTES = 60;
/** What the names of folders with registry credentials begin with; the ident of the run follows. */
const CREDENTIALS = 'ansible_runner_registry_';
/** Longest an engine may take for one command. */
const ENGINE_MS = 10 * 60_000;

/**
 * Removes what earlier jobs left on this machine: private data dirs, with the folders of registry credentials that belong to
 * them, and images. A folder whose file `pid` names a living process is kept, and so are links and files that fit the pattern.
 *
 * @throws {CleanupError} 'system-folder', before anything is removed, when the pattern fits a folder of the system;
 * 'engine-failed' when the container engine is missing or ends with an error.
 */
export async function cleanup(options: CleanupOptions): Promise<CleanupResult> {
  validateStreamOptions<CleanupOptions>('cleanup', options, cleanupChecks);
  const { filePattern, imagePrune = false, onLine = () => undefined } = options;
  const engine = options.processIsolationExecutable ?? 'podman';
  const tags = words(options.removeImages);
  let removedDirs = 0;
  let removedImages = 0;
  let prunedImages = false;
  if (filePattern) {
    removedDirs = await removeDirs(filePattern, options, onLine);
    if (removedDirs > 0)
      onLine(`Removed ${removedDirs} private data dir(s) in pattern ${filePattern}`);
  }
  if (tags.length > 0) {
    for (const tag of tags) removedImages += await removeImage(engine, tag);
    if (removedImages > 0) onLine(`Removed ${removedImages} image(s)`);
  }
  if (imagePrune) {
    const said = await run(engine, ['image', 'prune', '-f']);
    prunedImages = said !== '' && said !== 'Total reclaimed space: 0B';
    if (prunedImages) onLine('Pruned images');
  }
  const changed = removedDirs + removedImages > 0 || prunedImages;
  onLine(`(changed: ${changed ? 'True' : 'False'})`);
  return { changed, removedDirs, removedImages, prunedImages };
}

function words(given: readonly string[] = []): string[] {
  return given.flatMap((text) => text.split(',')).filter((word) => word !== '');
}

async function removeDirs(
  pattern: string,
  options: CleanupOptions,
  onLine: (sentence: string) => void,
): Promise<number> {
  const found = await pathsLike(pattern);
  await refuseSystemFolders(found);
  const excluded = words(options.excludeStrings);
  const grace = (options.gracePeriod ?? DEFAULT_GRACE_MINUTES) * 60_000;
  let removed = 0;
  for (const folder of found) {
    if (excluded.some((text) => folder.includes(text))) continue;
    const entry = await lstat(folder).catch(() => undefined);
    if (entry?.isDirectory() !== true) continue;
    if (grace > 0 && entry.mtimeMs > Date.now() - grace) continue;
    if (await isRunning(folder)) {
      onLine(`Excluding running project ${folder} from cleanup`);
      continue;
    }
    await removeCredentials(folder, onLine);
    await removeTree(folder);
    removed += 1;
  }
  return removed;
}

async function refuseSystemFolders(found: readonly string[]): Promise<void> {
  const refused = new Set<string>();
  for (const folder of [...SYSTEM_FOLDERS, tmpdir()]) {
    refused.add(resolve(folder));
    refused.add(await realpath(folder).catch(() => resolve(folder)));
  }
  const bad: string[] = [];
  for (const path of found)
    if (refused.has(resolve(path)) || refused.has(await realpath(path).catch(() => path)))
      bad.push(path);
  if (bad.length > 0)
    throw new CleanupError(
      'system-folder',
      `Provided pattern could result in deleting system folders:\n${bad.join(' ')}\n` +
        'Refusing to continue for user system safety.',
    );
}

/** Removes the registry credentials of all runs that have artifacts in the folder. */
async function removeCredentials(
  folder: string,
  onLine: (sentence: string) => void,
): Promise<void> {
  const artifacts = join(folder, 'artifacts');
  const found: string[] = [];
  for await (const { name } of await opendir(tmpdir(), { bufferSize: 1024 })) {
    if (!name.startsWith(CREDENTIALS)) continue;
    const idents = beginnings(name.slice(CREDENTIALS.length));
    const runs = await Promise.all(idents.map((ident) => isThere(join(artifacts, ident))));
    if (runs.some(Boolean)) found.push(name);
  }
  for (const name of found.sort()) {
    const path = join(tmpdir(), name);
    if ((await lstat(path).catch(() => undefined))?.isDirectory() !== true) continue;
    await rm(path, { recursive: true, force: true });
    onLine(`Removed associated registry auth dir ${path}`);
  }
}

/** What a name may be the credentials of: an ident may hold underscores, and what follows it as well. */
function beginnings(name: string): string[] {
  const words = name.split('_');
  const found = words.slice(1).map((_, index) => words.slice(0, index + 1).join('_'));
  return found.filter((ident) => !['', '.', '..'].includes(ident));
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Takes the tag from an image, without ending containers that run it; how many names it lost. */
async function removeImage(engine: string, tag: string): Promise<number> {
  const names = await run(engine, ['images', '--format="{{.Repository}}:{{.Tag}}"', tag]);
  let removed = 0;
  for (const name of names.split('\n').filter((line) => line !== '')) {
    if (engine !== 'podman') {
      const said = await run(engine, ['rmi', name.trim().replace(/^"+|"+$/g, ''), '-f']);
      removed += said.split('Untagged:').length - 1;
      continue;
    }
    // One whose name is gone meanwhile is as it should be.
    const said = await run(engine, ['untag', tag]).catch(() => undefined);
    if (said === '') removed += 1;
  }
  return removed;
}

async function run(engine: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(engine, [...args], {
      timeout: ENGINE_MS,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.trim();
  } catch (cause) {
    const said =
      typeof cause === 'object' && cause !== null && 'stdout' in cause ? String(cause.stdout) : '';
    throw new CleanupError(
      'engine-failed',
      `Error running command:\n${[engine, ...args].join(' ')}\nStdout:\n${said}`,
      { cause },
    );
  }
}
