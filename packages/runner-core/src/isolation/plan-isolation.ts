import { resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { resolveCommand } from '../plan/executables.js';
import type { Mapping } from '../inputs/mapping-file.js';
import { isKind } from '../inputs/private-data-dir.js';
import type { ContainerForm, RunPlaces } from './container.js';
import { NoIsolation, type Isolation } from './isolation.js';
import type { IsolationOptions } from './isolation-options.js';
import { readIsolation } from './isolation-settings.js';

/** What the engine has to know about a command besides its words. */
export interface EnclosedForm extends ContainerForm {
  /** Whether a sandbox gets the working folder: not when the command line is the user's own. */
  readonly chdir: boolean;
}

/**
 * Decides what a run is shut in.
 *
 * @param source what an error calls the settings
 * @param inherited environment of this process
 * @throws {ConfigurationError} when the engine is missing, or is asked for something it must not do.
 */
export async function planIsolation(
  options: IsolationOptions,
  settings: Mapping,
  source: string,
  places: RunPlaces,
  inherited: Readonly<Record<string, string | undefined>>,
  form: EnclosedForm,
): Promise<Isolation> {
  const wanted = readIsolation(options, settings, source);
  const { hostCwd } = options;
  const there = hostCwd !== undefined && (await isKind(hostCwd, 'folder'));
  // Containers pass over a folder that is not there, as in the original.
  if (wanted?.kind !== 'container' && form.command && hostCwd !== undefined && !there)
    throw new ConfigurationError(`hostCwd must be a folder; ${hostCwd} is none.`);
  if (wanted === undefined) return new NoIsolation();
  const executable = await resolveCommand(wanted.executable, inherited.PATH ?? '', process.cwd());
  if (executable === undefined)
    throw new ConfigurationError(
      `Unable to find process isolation executable: ${wanted.executable}`,
    );
  // Loaded here, because most runs are not shut in.
  if (wanted.kind === 'sandbox') {
    const { Sandbox } = await import('./sandbox.js');
    return new Sandbox(wanted, executable, [places.root, places.artifactDir], form.chdir);
  }
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) if (value !== undefined) env[name] = value;
  const { hostCwd: _, ...others } = wanted;
  const { Container } = await import('./container.js');
  return new Container(
    { ...others, ...(there && others.workdir === undefined && { hostCwd: resolve(hostCwd) }) },
    executable,
    places,
    env,
    form,
  );
}
