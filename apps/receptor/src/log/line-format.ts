import { fstatSync } from 'node:fs';
import { classicLine, journalLine, jsonLine, type LineFormat } from './log.js';

/**
 * The form of log lines: JSON where that is configured; else the original's, behind their priorities where the journal reads them.
 *
 * @param journal the variable `JOURNAL_STREAM`: device and inode of what the service manager has opened for the journal
 * @param descriptor what the log is written to
 */
export function lineFormat(
  configured: 'classic' | 'json',
  nodeId: string,
  journal: string | undefined,
  descriptor: number,
): LineFormat {
  if (configured === 'json') return jsonLine(nodeId);
  return journal !== undefined && journal === identityOf(descriptor) ? journalLine : classicLine;
}

/** Undefined for a descriptor that is not open. */
function identityOf(descriptor: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(descriptor);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
