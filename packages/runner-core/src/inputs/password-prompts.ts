import { errorText } from '@receptorjs/primitives';
import { StringDecoder } from 'node:string_decoder';
import { boundedMatch, type BoundedMatch } from '../process/output/bounded-match.js';
import { ConfigurationError } from '../errors.js';
import { fromPythonPattern } from '../process/output/python-patterns.js';

/** Characters at the end of the output in which a prompt is looked for, as in the original. */
const WINDOW = 100;

/** A pattern for prompts and the answer to them. */
export interface PromptAnswer {
  /** The pattern as it was given. */
  readonly source: string;
  readonly match: BoundedMatch;
  readonly answer: string;
}

/**
 * Compiles the patterns of `env/passwords`.
 *
 * @param source what an error calls them
 * @throws {ConfigurationError} for a pattern that is no regular expression, or an answer that is no text.
 */
export function compilePrompts(
  passwords: Readonly<Record<string, unknown>>,
  source: string,
): readonly PromptAnswer[] {
  return Object.entries(passwords).map(([pattern, answer]) => {
    if (typeof answer !== 'string' && typeof answer !== 'number' && answer !== null)
      throw new ConfigurationError(
        `${source}: the answer to ${JSON.stringify(pattern)} must be a text.`,
      );
    try {
      return {
        source: pattern,
        match: boundedMatch(fromPythonPattern(pattern)),
        answer: String(answer ?? ''),
      };
    } catch (cause) {
      throw new ConfigurationError(
        `${source}: ${JSON.stringify(pattern)} can't be used as regular expression: ` +
          `${errorText(cause)}.`,
        { cause },
      );
    }
  });
}

/** Watches the text of a job, marks already taken out, for prompts. Owns the window it looks at. */
export class PromptWatcher {
  readonly #prompts: readonly PromptAnswer[];
  readonly #decoder = new StringDecoder('utf8');
  #window = '';

  constructor(prompts: readonly PromptAnswer[]) {
    this.#prompts = prompts;
  }

  /**
   * Takes further text and returns the answers to the prompts in it, in their order. What follows a prompt that has been answered
   * is the beginning of a text, where `^` matches, as in the original.
   *
   * @throws {ConfigurationError} for a pattern that takes too long.
   */
  answersTo(bytes: Buffer): readonly PromptAnswer[] {
    if (this.#prompts.length === 0) return [];
    this.#window = (this.#window + this.#decoder.write(bytes)).slice(-WINDOW);
    const answers: PromptAnswer[] = [];
    for (let found = this.#first(); found !== undefined; found = this.#first()) {
      // A pattern that matches nothing at all would do so for ever.
      if (found.end === 0 && answers.length > 0) break;
      answers.push(found.prompt);
      this.#window = this.#window.slice(found.end);
    }
    return answers;
  }

  /** The prompt that stands first in the window; of two at one place, that of the first pattern. */
  #first(): { prompt: PromptAnswer; end: number } | undefined {
    let first: { prompt: PromptAnswer; start: number; end: number } | undefined;
    for (const prompt of this.#prompts) {
      const match = prompt.match(this.#window);
      if (match === undefined)
        throw new ConfigurationError(
          `passwords: the search for ${JSON.stringify(prompt.source)} takes too long; it repeats what repeats, as "(a+)+" does.`,
        );
      if (match !== null && (first === undefined || match.index < first.start))
        first = { prompt, start: match.index, end: match.index + match[0].length };
    }
    return first;
  }
}
