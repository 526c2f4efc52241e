import { isJsonObject, parseJson, type JsonValue } from '@receptorjs/control-protocol';
import { UnitFile } from '@receptorjs/workceptor/internal';
import { renameSync } from 'node:fs';
import type { LogCursor } from './log-cursor.js';

/** Bytes of the longest one that is read. */
const MAX_BYTES = 1_024;

/** Where a log goes on, and how many bytes of stdout stand before that. */
export interface StoredCursor extends LogCursor {
  readonly size: number;
}

/**
 * The place where a unit's log goes on, in a small file beside its stdout, and the only writer of it. A status has the sealed kubeconfig and
 * pod in it, which is too much to be written once a second.
 *
 * It is a shortcut: without it the log is read from its start, and compared with what is here. So it need not outlast a power cut, and a
 * failure to write it is none of the unit's.
 */
export class CursorFile {
  /** @param path in the unit's folder */
  constructor(private readonly path: string) {}

  /** The one that was written last; nothing where there is none that can be used. */
  read(): StoredCursor | undefined {
    try {
      const file = UnitFile.open(this.path, 'read');
      try {
        const bytes = Buffer.alloc(MAX_BYTES);
        // so few are read at once
        const length = file.read(bytes, 0) as number;
        return parseCursor(parseJson(bytes.toString('utf8', 0, length)));
      } finally {
        file.close();
      }
    } catch {
      return undefined;
    }
  }

  /** Replaces it, so that a reader finds the old one or the new one. Never rejects. */
  async write({ stamp, lines, bytes, size }: StoredCursor): Promise<void> {
    try {
      const file = UnitFile.open(`${this.path}.new`, 'replace');
      try {
        await file.write([Buffer.from(`${JSON.stringify({ stamp, lines, bytes, size })}\n`)]);
      } finally {
        file.close();
      }
      renameSync(`${this.path}.new`, this.path);
    } catch {
      // a full disk, or the unit's folder is gone
    }
  }
}

function parseCursor(value: JsonValue): StoredCursor | undefined {
  if (!isJsonObject(value)) return undefined;
  const { stamp } = value;
  const [lines, bytes, size] = [value['lines'], value['bytes'], value['size']].map(count);
  if (typeof stamp !== 'string') return undefined;
  if (lines === undefined || bytes === undefined || size === undefined) return undefined;
  return { stamp, lines, bytes, size };
}

/** A number of 0 or more that is whole. */
function count(value: JsonValue | undefined): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
}
