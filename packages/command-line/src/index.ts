/**
 * What is made of the table of a command line besides its help: completion for shells, and a manual page. Private: bundled
 * into the apps that use it.
 *
 * ```ts
 * import { bashCompletion, type CommandEntry } from '@receptorjs/command-line';
 *
 * const program: CommandEntry = {
 *   name: 'greet',
 *   help: 'says hello',
 *   options: [{ names: ['-l', '--loud'], help: 'in capitals' }],
 *   commands: [{ name: 'all', help: 'everybody', options: [] }],
 * };
 * process.stdout.write(bashCompletion(program));
 * ```
 *
 * @packageDocumentation
 */
export type { CommandEntry, OptionEntry } from './command-table.js';
export { bashCompletion, zshCompletion } from './completion.js';
export { manualPage, type ManualOptions } from './manual-page.js';
