/** Characters that are kept before they are written. */
const CHUNK = 32_768;
/** Milliseconds for which they are kept. */
const KEPT_MS = 1_000;
/** The most characters of a file. */
const MAX_CHARACTERS = 16 * 2 ** 20;

/** What begins each record of a JSON text sequence (RFC 7464). */
const RECORD = '\u001e';

/** Takes text for the end of a file, which the first text makes; says whether there is any use in more. */
type Append = (text: string, isFirst: boolean) => boolean;

/** The qlog of one connection: a JSON text sequence with relative times in milliseconds. It alone writes its fields. */
export class QlogFile {
  readonly #beganAt = performance.now();
  #kept: string;
  #length: number;
  #isFirst = true;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    of: { readonly connectionId: Buffer; readonly role: 'client' | 'server' },
    private readonly append: Append,
    private readonly maxCharacters: number = MAX_CHARACTERS,
  ) {
    this.#kept = recordOf({
      qlog_version: '0.3',
      qlog_format: 'JSON-SEQ',
      title: 'receptorjs: what is seen outside of the engine',
      trace: {
        vantage_point: { type: of.role },
        common_fields: {
          group_id: of.connectionId.toString('hex'),
          protocol_type: ['QUIC'],
          time_format: 'relative',
          reference_time: performance.timeOrigin + this.#beganAt,
        },
      },
    });
    this.#length = this.#kept.length;
  }

  /** Adds an event. */
  event(name: string, data: object): void {
    if (this.#isOver) return;
    const time = Math.round((performance.now() - this.#beganAt) * 1_000) / 1_000;
    const record = recordOf({ time, name, data });
    if (this.#length + record.length > this.maxCharacters) {
      this.#kept += recordOf({ time, name: 'receptor:truncated', data: {} });
      this.end();
      return;
    }
    this.#length += record.length;
    this.#kept += record;
    if (this.#kept.length >= CHUNK) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), KEPT_MS).unref();
  }

  /** Writes what is left; nothing is added any more. */
  end(): void {
    if (this.#isOver) return;
    this.#write();
    this.#isOver = true;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#kept;
    this.#kept = '';
    if (text === '') return;
    if (!this.append(text, this.#isFirst)) this.#isOver = true;
    this.#isFirst = false;
  }
}

const recordOf = (record: object): string => `${RECORD}${JSON.stringify(record)}\n`;
