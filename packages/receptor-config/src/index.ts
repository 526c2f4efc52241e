/**
 * Turns a receptor command line, and the YAML files and folders it names, into validated, typed actions. Every
 * mistake is one line that names the action, the field, the place and what is allowed.
 *
 * ```ts
 * import { checkConfiguration, configure } from '@receptorjs/receptor-config';
 *
 * const configuration = configure(['--node', 'id=foo', '--tcp-listener', '2222']);
 * if (!configuration.help) {
 *   for (const { action, fields } of configuration.actions) console.log(action, fields);
 * }
 * for (const mistake of checkConfiguration(['--config', 'receptor.yml'])) console.log(mistake.listing);
 * ```
 *
 * @packageDocumentation
 */
export { fieldsOf } from './actions.js';
export type { Action, actions, ActionName, Fields } from './actions.js';
export type {
  ActionSpec,
  Conflict,
  FieldTable,
  NamedFile,
  Reload,
  ValueOf,
  Values,
} from './actions/spec.js';
export type { Field, JsonSchema, TlsKind } from './field.js';
export type { HostAndPort } from './address-fields.js';
export { requestOf } from './command-line.js';
export type { Request } from './command-line.js';
export { bashCompletion, zshCompletion } from './completion.js';
export { checkConfiguration, configure } from './configuration.js';
export type { Configuration, ConfigurationContext } from './configuration.js';
export { parseConfigFile } from './config-file.js';
export type { FileOptions } from './config-file.js';
export type { Entry, FilePlace, Item, Origin, Scalar } from './items.js';
export { describeAction, factsOf } from './action-facts.js';
export type { ActionFacts } from './action-facts.js';
export { ConfigError } from './errors.js';
export type { ConfigErrorCode, Report } from './errors.js';
export { helpText, manualPage } from './help.js';
export { planReload } from './reload.js';
export type { Change, Refused, ReloadPlan } from './reload.js';
export { configurationSchema } from './schema.js';
export { crossCheck, nodeIdOf } from './cross-checks.js';
export type { WholeOptions } from './cross-checks.js';
export { validate } from './validate.js';
