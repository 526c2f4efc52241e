import { requestOrigin, SharedLines } from '@receptorjs/quotas';
import type { Logger } from '@receptorjs/primitives';
import type { RequestOrigin } from '../handlers.js';

/** What is logged about clients. They cause as many lines as they like, so those of each origin are limited, and all together. */
export class RequestLog {
  /** Apart by level: what is not written at all takes no room from what is. */
  readonly #lines = {
    error: new SharedLines(),
    warning: new SharedLines(),
    debug: new SharedLines(),
  };

  constructor(private readonly log: Logger) {}

  /** Says something about a client, cut to what a line may have. */
  tell(level: 'error' | 'warning' | 'debug', origin: RequestOrigin, text: string): void {
    this.#lines[level].write(requestOrigin(origin), text, (line) => {
      this.log[level](line);
    });
  }
}
