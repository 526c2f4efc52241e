import { mayUseLinux } from '@receptorjs/process-table';
import { AdoptedTerminal } from './adopted-terminal.js';
import { RelayedTerminal } from './relayed-terminal.js';
import { systemPython } from '../../python-assets.js';
import type { TerminalLauncher } from './terminal-launcher.js';

/**
 * Opens a terminal for a job as this system allows.
 *
 * @param python path of the Python that runs what it needs
 * @throws {ConfigurationError} when there is no pseudo terminal to be had.
 */
export function openTerminal(python: string): TerminalLauncher {
  return mayUseLinux() ? AdoptedTerminal.open(python) : RelayedTerminal.open(python);
}

/**
 * Opens a terminal for a job that is not planned yet, so that its process starts meanwhile. The caller closes it.
 *
 * @returns `undefined` where that can't be done before the job's `PATH` is known, or not at all: opening one for the job says why.
 */
export async function prepareTerminal(): Promise<TerminalLauncher | undefined> {
  const python = await systemPython();
  try {
    return python === undefined ? undefined : openTerminal(python);
  } catch {
    return undefined;
  }
}
