/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { COMMAND_OPTIONS, runCommandLine } from './plan/command-run.js';
export { startRun } from './run-handle.js';
export { configurationError, validateJobOptions } from './inputs/run-option-checks.js';
export { PluginSinks } from './events/plugin-sinks.js';
export { readMapping } from './inputs/mapping-file.js';
export {
  existingInventory,
  inventoryData,
  inventoryEnvironment,
  inventoryInList,
} from './inputs/inventory-data.js';
export { readInventoryText } from './inputs/inventory-text.js';
export {
  checkPrivateDataDir,
  makePrivateDataDir,
  requirePrivateDataDir,
} from './inputs/private-data-dir.js';
export { makeFolder, makeFolderSync } from './artifacts/make-folder.js';
export { runIdent } from './plan/ident.js';
export { ShownOutput } from './events/shown-output.js';
export { ArtifactFolder } from './artifacts/artifacts.js';
export { EVENT_LOG } from './events/event-log.js';
export { MAX_OUTPUT_BYTES } from './artifacts/run-artifacts.js';
export { MAX_WORD_BYTES, readRegularFile } from './artifacts/regular-file.js';
export { spacedJson } from './events/json-text.js';
export { frozen, handledEvent } from './events/handled-event.js';
export { DecodedText } from './process/output/decoded-text.js';
export { slicesOf } from './process/output/written-text.js';
