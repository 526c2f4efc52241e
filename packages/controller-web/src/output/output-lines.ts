import { piecesOf, PLAIN, type Look } from './ansi.js';

/** Lines that are asked for together. */
export const LINES_OF_PAGE = 500;
const MAX_PAGES = 400;

/** A line of the output and the look that it begins with. */
export interface OutputLine {
  readonly text: string;
  readonly look: Look;
}

/**
 * The lines of an output as far as they have come, by their numbers from 0 on. It alone writes its fields. Pages that have not been looked at for longest
 * are forgotten: they can be asked for again.
 */
export class OutputLines {
  readonly #pages = new Map<number, (OutputLine | undefined)[]>();
  readonly #listeners = new Set<() => void>();
  #count = 0;
  #version = 0;
  #isTold = true;

  /** How many lines there are, here or not. */
  get count(): number {
    return this.#count;
  }

  /** Another one after each change. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  line(at: number): OutputLine | undefined {
    return this.#pages.get(Math.floor(at / LINES_OF_PAGE))?.[at % LINES_OF_PAGE];
  }

  /** The pages in which lines are missing from one line to another, both included. */
  missing(first: number, last: number): number[] {
    const missing = new Set<number>();
    for (let at = Math.max(0, first); at <= Math.min(last, this.#count - 1); at += 1)
      if (this.line(at) === undefined) missing.add(Math.floor(at / LINES_OF_PAGE));
    return [...missing];
  }

  /** There are at least so many lines. */
  grow(count: number): void {
    if (count <= this.#count) return;
    this.#count = count;
    this.#changed();
  }

  /** Takes lines in; those that are there already stay. */
  put(start: number, lines: readonly string[]): void {
    let look = this.#lookAfter(start - 1);
    for (const [offset, text] of lines.entries()) {
      const at = start + offset;
      const number = Math.floor(at / LINES_OF_PAGE);
      const page = this.#pages.get(number) ?? [];
      page[at % LINES_OF_PAGE] ??= { text, look };
      // the one that was written last is the last to be forgotten
      this.#pages.delete(number);
      this.#pages.set(number, page);
      look = piecesOf(text, look).after;
    }
    this.#count = Math.max(this.#count, start + lines.length);
    for (const number of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(number);
    }
    this.#changed();
  }

  #lookAfter(at: number): Look {
    const line = at < 0 ? undefined : this.line(at);
    return line === undefined ? PLAIN : piecesOf(line.text, line.look).after;
  }

  /** Whoever listens is told once for all that comes before the next frame. */
  #changed(): void {
    this.#version += 1;
    if (!this.#isTold) return;
    this.#isTold = false;
    queueFrame(() => {
      this.#isTold = true;
      for (const listener of this.#listeners) listener();
    });
  }
}

const queueFrame = (act: () => void): void => {
  if (typeof requestAnimationFrame === 'function') requestAnimationFrame(act);
  else setTimeout(act);
};
