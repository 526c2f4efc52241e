import { parseBoundedJson } from '@receptorjs/bounded-json';

/** One status or event on its way. */
export interface Message {
  /**
   * The same for every attempt to deliver this message and for no other message: `<ident>/<counter>-<uuid>` for
   * events, as their file is called, and `<ident>/status-<n>-<uuid of the sink>` for statuses.
   */
  readonly id: string;
  readonly kind: 'status' | 'event';
  readonly ident: string;
  /** JSON, to be sent as it is. */
  readonly body: string;
}

/** A message as a line of a spool file. */
export function toRecord({ id, kind, ident, body }: Message): string {
  return `${JSON.stringify([id, kind, ident, body])}\n`;
}

/** Messages of a spool file; a line that is none (the last one of a file that was cut off) is left out. */
export function fromRecords(text: string): Message[] {
  return text.split('\n').flatMap((line) => {
    const message = line === '' ? undefined : fromRecord(line);
    return message === undefined ? [] : [message];
  });
}

function fromRecord(line: string): Message | undefined {
  let fields: unknown;
  try {
    fields = parseBoundedJson(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields)) return undefined;
  const [id, kind, ident, body] = fields as unknown[];
  return typeof id === 'string' &&
    (kind === 'status' || kind === 'event') &&
    typeof ident === 'string' &&
    typeof body === 'string'
    ? { id, kind, ident, body }
    : undefined;
}
