import { answered, api } from '../api/client.js';
import { runKinds, type RunType } from '../jobs/run-kinds.js';
import { runPath } from '../jobs/run-queries.js';
import { ResumableStream } from '../live/resumable-stream.js';
import { plainText } from './ansi.js';
import { LINES_OF_PAGE, type OutputLines } from './output-lines.js';

const RETRY_MS = 3000;
/** Events of which matches are shown. */
export const MAX_MATCHES = 200;

/** What a range of the output is answered with. */
interface OutputRange {
  readonly range: { readonly start: number; readonly end: number; readonly absolute_end: number };
  readonly content: string;
}

/** An event as far as it makes output. */
interface OutputEvent {
  readonly counter: number;
  readonly stdout: string;
  readonly start_line: number;
  readonly end_line: number;
}

const linesOf = (text: string): string[] => text.replaceAll('\r\n', '\n').split('\n');

/** Fetches the output of one run into its lines: ranges that are looked at, and what comes live. It alone writes its fields. */
export class OutputSource {
  readonly #asked = new Set<number>();
  #stream: ResumableStream | undefined;
  #isClosed = false;

  constructor(
    readonly type: RunType,
    readonly id: string,
    readonly lines: OutputLines,
  ) {}

  /**
   * Reads the beginning, and follows what comes until all has come.
   *
   * @param onEnd told when nothing more comes
   */
  async open(onEnd: () => void): Promise<void> {
    // what comes after the last event that is known is told by the stream: nothing falls between
    const last = await this.#lastCounter();
    await this.#read(0);
    if (this.#isClosed) return;
    const { path, events, event } = runKinds[this.type];
    this.#stream = new ResumableStream(`/api/v2/${path}/${this.id}/${events}/stream/`, {
      after: String(last),
      on: {
        [event]: (data) => this.#take(data as OutputEvent),
        end: () => {
          this.#stream?.close();
          onEnd();
        },
      },
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#stream?.close();
  }

  /** Asks for what is missing between two lines. */
  want(first: number, last: number): void {
    for (const page of this.lines.missing(first, last)) void this.#read(page);
  }

  /** The lines, from 0 on, that have some text; of the first events that have it. */
  async find(text: string): Promise<{ lines: readonly number[]; isMore: boolean }> {
    const query = {
      stdout__icontains: text,
      order_by: 'start_line',
      page_size: String(MAX_MATCHES),
      no_truncate: '1',
      page: '1',
    };
    const params = { path: { id: this.id }, query };
    const path = `${runPath(this.type)}{id}/${runKinds[this.type].events}/`;
    const { results, next } = await answered(
      api.GET(path as '/api/v2/jobs/{id}/job_events/', { params }),
    );
    const wanted = text.toLowerCase();
    const lines = results.flatMap(({ stdout, start_line }) =>
      linesOf(stdout).flatMap((line, offset) =>
        plainText(line).toLowerCase().includes(wanted) ? [start_line + offset] : [],
      ),
    );
    return { lines, isMore: next !== null && next !== undefined };
  }

  #take({ stdout, start_line }: OutputEvent): void {
    if (stdout !== '') this.lines.put(start_line, linesOf(stdout));
  }

  async #lastCounter(): Promise<number> {
    const query = { order_by: '-counter', page_size: '1' };
    const path = `${runPath(this.type)}{id}/${runKinds[this.type].events}/`;
    const { results } = await answered(
      api.GET(path as '/api/v2/jobs/{id}/job_events/', {
        params: { path: { id: this.id }, query },
      }),
    );
    return results[0]?.counter ?? 0;
  }

  async #read(page: number): Promise<void> {
    if (this.#asked.has(page) || this.#isClosed) return;
    this.#asked.add(page);
    const start = page * LINES_OF_PAGE;
    try {
      const query = {
        format: 'json',
        content_format: 'ansi',
        start_line: String(start),
        end_line: String(start + LINES_OF_PAGE),
      };
      const path = `${runPath(this.type)}{id}/stdout/` as const;
      const params = { path: { id: this.id }, query };
      const answer = (await answered(api.GET(path, { params }))) as unknown as OutputRange;
      if (answer.content !== '') this.lines.put(start, linesOf(answer.content).slice(0, -1));
      this.lines.grow(answer.range.absolute_end);
      this.#asked.delete(page);
    } catch {
      // the banner tells of a lost connection; what is looked at is asked for again
      window.setTimeout(() => {
        this.#asked.delete(page);
        if (page === 0) void this.#read(page);
        else this.lines.grow(0);
      }, RETRY_MS);
    }
  }
}
