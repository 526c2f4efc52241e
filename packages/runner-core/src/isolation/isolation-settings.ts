import { basename } from 'node:path';
import { ConfigurationError } from '../errors.js';
import type { Mapping } from '../inputs/mapping-file.js';
import type { ContainerAuthData, IsolationOptions } from './isolation-options.js';

/** Engines of containers, recognized by the name of their executable. */
export type Engine = 'podman' | 'docker';

/** A job in a container, as settings and options have it. */
export interface ContainerSettings {
  readonly kind: 'container';
  readonly engine: Engine;
  readonly executable: string;
  readonly image: string;
  readonly volumeMounts: readonly string[];
  readonly options: readonly string[];
  readonly workdir?: string;
  readonly hostCwd?: string;
  readonly auth?: ContainerAuthData;
}

/** A job in a sandbox made by bwrap, as settings and options have it. */
export interface SandboxSettings {
  readonly kind: 'sandbox';
  readonly executable: string;
  /** Folder for the empty files and folders that stand for hidden ones. */
  readonly path?: string;
  readonly hidePaths: readonly string[];
  readonly showPaths: readonly string[];
  readonly roPaths: readonly string[];
}

/** The engine an executable is, or `undefined` for anything that is used like bwrap. */
export function engineOf(executable: string): Engine | undefined {
  const name = basename(executable);
  return name === 'podman' || name === 'docker' ? name : undefined;
}

/**
 * What the job is to be shut in, or `undefined`. Settings win over options.
 *
 * @param source what an error calls the settings
 * @throws {ConfigurationError} for a value of the wrong type, or a container without an image.
 */
export function readIsolation(
  options: IsolationOptions,
  settings: Mapping,
  source: string,
): ContainerSettings | SandboxSettings | undefined {
  const reject = (key: string, allowed: string): never => {
    throw new ConfigurationError(
      `${source}: ${key} must be ${allowed}; it is ${JSON.stringify(settings[key])}.`,
    );
  };
  const flag = (key: string, option: boolean | undefined): boolean => {
    const value = settings[key] ?? option ?? false;
    return typeof value === 'boolean' ? value : reject(key, 'true or false');
  };
  const text = (key: string, option: string | undefined): string | undefined => {
    const value = settings[key] ?? option;
    return value === undefined || typeof value === 'string' ? value : reject(key, 'a text');
  };
  const texts = (key: string, option: readonly string[] | undefined): readonly string[] => {
    const value = settings[key] ?? option ?? [];
    return Array.isArray(value) && value.every((one) => typeof one === 'string')
      ? value
      : reject(key, 'a list of texts');
  };
  const auth = (): ContainerAuthData | undefined => {
    const value = settings.container_auth_data;
    if (value === undefined || value === null) return options.containerAuthData;
    const known: Partial<Mapping> = typeof value === 'object' ? { ...value } : {};
    const { host, username, password, verify_ssl: verifySsl = true } = known;
    if (
      typeof host !== 'string' ||
      typeof username !== 'string' ||
      typeof password !== 'string' ||
      typeof verifySsl !== 'boolean'
    )
      // Its value is a secret, so it is not shown.
      throw new ConfigurationError(
        `${source}: container_auth_data must have the texts host, username and password; verify_ssl may be true or false.`,
      );
    return { host, username, password, verifySsl };
  };

  if (!flag('process_isolation', options.processIsolation)) return undefined;
  const executable =
    text('process_isolation_executable', options.processIsolationExecutable) || 'podman';
  const engine = engineOf(executable);
  if (engine === undefined) {
    const path = text('process_isolation_path', options.processIsolationPath);
    return {
      kind: 'sandbox',
      executable,
      ...(path && { path }),
      hidePaths: texts('process_isolation_hide_paths', options.processIsolationHidePaths),
      showPaths: texts('process_isolation_show_paths', options.processIsolationShowPaths),
      roPaths: texts('process_isolation_ro_paths', options.processIsolationRoPaths),
    };
  }
  const image = text('container_image', options.containerImage);
  if (!image)
    throw new ConfigurationError(
      `container_image required when specifying process_isolation_executable=${executable}`,
    );
  const credentials = auth();
  return {
    kind: 'container',
    engine,
    executable,
    image,
    volumeMounts: texts('container_volume_mounts', options.containerVolumeMounts),
    options: texts('container_options', options.containerOptions),
    ...(options.containerWorkdir && { workdir: options.containerWorkdir }),
    ...(options.hostCwd && { hostCwd: options.hostCwd }),
    ...(credentials && { auth: credentials }),
  };
}
