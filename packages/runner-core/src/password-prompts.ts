import { StringDecoder } from 'node:string_decoder';
import { ConfigurationError } from './errors.js';
import { fromPythonPattern } from './python-patterns.js';

/** Characters at the end of the output in which a prompt is looked for, as in the original. */
const WINDOW = 100;

interface PromptAnswer {
  readonly pattern: RegExp;
  readonly answer: string;
}

/**
 * Compiles the patterns of `env/passwords`.
 *
 * @param source what an error calls them
 * @throws ConfigurationError for a pattern that is no regular expression, or an answer that is no text.
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
      return { pattern: fromPythonPattern(pattern), answer: String(answer ?? '') };
    } catch (cause) {
      throw new ConfigurationError(
        `${source}: ${JSON.stringify(pattern)} can't be used as regular expression: ` +
          `${cause instanceof Error ? cause.message : String(cause)}.`,
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

  /** Takes further text and returns the answer to the prompt in it, if there is one. */
  answerTo(bytes: Buffer): string | undefined {
    if (this.#prompts.length === 0) return undefined;
    this.#window = (this.#window + this.#decoder.write(bytes)).slice(-WINDOW);
    for (const { pattern, answer } of this.#prompts) {
      const match = pattern.exec(this.#window);
      if (match === null) continue;
      this.#window = this.#window.slice(match.index + match[0].length);
      return answer;
    }
    return undefined;
  }
}
