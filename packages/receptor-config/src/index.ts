/**
 * Turns a receptor command line, and the YAML files it names, into validated, typed actions. Every
 * mistake is one line that names the action, the field, the place and what is allowed.
 *
 * ```ts
 * import { configure } from '@receptorjs/receptor-config';
 *
 * const configuration = configure(['--node', 'id=foo', '--tcp-listener', '2222']);
 * if (!configuration.help) {
 *   for (const { action, fields } of configuration.actions) console.log(action, fields);
 * }
 * ```
 *
 * @packageDocumentation
 */
export type { Action, ActionName, Fields } from './actions.js';
export { configure } from './configuration.js';
export type { Configuration } from './configuration.js';
export { parseConfigFile } from './config-file.js';
export type { Item } from './items.js';
export { ConfigError } from './errors.js';
export type { ConfigErrorCode } from './errors.js';
export { helpText } from './help.js';
export { validate } from './validate.js';
