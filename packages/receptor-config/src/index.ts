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
export type { Field, JsonSchema, TlsKind } from './fields/field.js';
export type { HostAndPort } from './fields/address-fields.js';
export { requestOf } from './help/command-line.js';
export type { Request } from './help/command-line.js';
export { bashCompletion, zshCompletion } from './help/completion.js';
export { checkConfiguration, configure } from './file/configuration.js';
export type { Configuration, ConfigurationContext } from './file/configuration.js';
export { parseConfigFile } from './file/config-file.js';
export type { FileOptions } from './file/config-file.js';
export type { Entry, FilePlace, Item, Origin, Scalar } from './file/items.js';
export { describeAction, factsOf } from './action-facts.js';
export type { ActionFacts } from './action-facts.js';
export { ConfigError } from './errors.js';
export type { ConfigErrorCode, Report } from './errors.js';
export { helpText, manualPage } from './help/help.js';
export { planReload } from './checks/reload.js';
export type { Change, Refused, ReloadPlan } from './checks/reload.js';
export { configurationSchema } from './help/schema.js';
export { crossCheck, nodeIdOf } from './checks/cross-checks.js';
export type { WholeOptions } from './checks/cross-checks.js';
export { validate } from './checks/validate.js';
