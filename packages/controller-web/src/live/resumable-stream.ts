const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 15_000;

/** What a stream is followed with. */
export interface StreamOptions {
  /** By the name of the event, what is done with its data. */
  readonly on: Readonly<Record<string, (data: unknown) => void>>;
  /** The id after which it begins; default: now. */
  readonly after?: string | undefined;
  /** Told when it is connected and when it is not any more. */
  readonly onConnected?: (isConnected: boolean) => void;
}

/**
 * Server-sent events that go on where they were cut: the id of the last one is sent along. While nobody sees the page it holds no connection, of which
 * a browser has six for a server in all. It alone writes its fields.
 */
export class ResumableStream {
  readonly #url: string;
  readonly #options: StreamOptions;
  #source: EventSource | undefined;
  #lastId: string | undefined;
  #waitMs = FIRST_WAIT_MS;
  #timer: number | undefined;

  constructor(url: string, options: StreamOptions) {
    this.#url = url;
    this.#options = options;
    this.#lastId = options.after;
    document.addEventListener('visibilitychange', this.#look);
    window.addEventListener('online', this.#look);
    window.addEventListener('offline', this.#lose);
    this.#look();
  }

  /** Ends it. */
  close(): void {
    document.removeEventListener('visibilitychange', this.#look);
    window.removeEventListener('online', this.#look);
    window.removeEventListener('offline', this.#lose);
    this.#disconnect();
  }

  #look = (): void => {
    this.#disconnect();
    if (document.visibilityState === 'visible') this.#connect();
  };

  /** Without a network a connection may look open for long. */
  #lose = (): void => {
    this.#disconnect();
    this.#options.onConnected?.(false);
  };

  #disconnect(): void {
    window.clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #connect(): void {
    const from = this.#lastId === undefined ? '' : `?after=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(this.#url + from);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#waitMs = FIRST_WAIT_MS;
      this.#options.onConnected?.(true);
    });
    source.addEventListener('error', () => {
      this.#options.onConnected?.(false);
      // a broken connection is made anew by the browser; after a refusal that is for us
      if (source.readyState === EventSource.CLOSED) this.#again();
    });
    for (const [name, act] of Object.entries(this.#options.on))
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent<unknown>) => {
        // an event of ours may have the name of one of the browser's
        if (typeof data !== 'string') return;
        if (lastEventId !== '') this.#lastId = lastEventId;
        act(JSON.parse(data));
      });
  }

  #again(): void {
    this.#disconnect();
    this.#timer = window.setTimeout(() => this.#connect(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, MAX_WAIT_MS);
  }
}
