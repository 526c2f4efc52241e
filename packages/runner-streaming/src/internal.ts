/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { refuseWork } from './worker.js';
export { isLocalError } from './local-errors.js';
export { manifestOf } from './blobs/blob-manifest.js';
export { readKnownBlobs, writeBlobQuery } from './blobs/blob-messages.js';
export { formatWorkerInfo, workerInfo } from './worker-info.js';
export { portableOptions } from './run-arguments.js';
