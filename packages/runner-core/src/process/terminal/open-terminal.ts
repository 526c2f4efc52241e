import { mayUseLinux } from '@receptorjs/process-table';
import { AdoptedTerminal } from './adopted-terminal.js';
import { RelayedTerminal } from './relayed-terminal.js';
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
