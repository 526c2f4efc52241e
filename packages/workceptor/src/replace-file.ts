import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a file of mode 0600 so that a reader finds the old content or the new one and never half of one: into a file
 * beside it, then renamed over it. Synchronous, because the order of these small writes is what recovery relies on.
 */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
