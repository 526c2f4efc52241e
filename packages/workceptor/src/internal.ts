/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { parseDuration } from './duration.js';
export { failureCode } from './errors.js';
export { lastLines, readLastOutput } from './local/last-output.js';
export { foreignText } from './remote/foreign-text.js';
export { RemoteStdout } from './remote/remote-stdout.js';
export { WorkSignatures } from './signing/work-signatures.js';
export { UnitSecrets } from './store/unit-secrets.js';
export { UnitFile } from './store/unit-file.js';
