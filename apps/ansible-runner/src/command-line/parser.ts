import { ArgumentParser, Namespace, SUPPRESS, type ArgumentParserOptions } from 'argparse';
import { Answered, UsageError } from './usage.js';

const FOLDER = '--private-data-dir';

/** A parser of argparse that throws where that would end the process. Its fields are set by the function that builds it. */
export class Parser extends ArgumentParser {
  /** Where what is read goes: one for all parsers, so that options before and after the subcommand count alike. */
  into: Namespace | undefined;
  /** Adds arguments at the first use: one subcommand is called, and the others' options are not needed. */
  complete: (() => void) | undefined;
  /** What follows is not this program's, whatever it looks like: it becomes `words`. */
  verbatim = false;

  constructor(options: ArgumentParserOptions = {}) {
    super({ argument_default: SUPPRESS, suggest_on_error: true, ...options });
  }

  override parse_known_args<T extends object = Namespace>(
    args: string[] = [],
    namespace?: T,
  ): [T, string[]] {
    const into = namespace ?? ((this.into ?? new Namespace()) as T);
    this.complete?.();
    this.complete = undefined;
    if (!this.verbatim || ['-h', '--help'].includes(args[0] ?? ''))
      return super.parse_known_args(args, into);
    const own = this.#folderOf(args);
    if (own !== undefined) {
      Object.assign(into, { privateDataDir: own.folder });
      return this.parse_known_args(args.slice(own.words), into);
    }
    const words = args[0] === '--' ? args.slice(1) : args;
    if (words.length === 0) this.error('the following arguments are required: arguments');
    return [Object.assign(into, { words }), []];
  }

  /** The one option of this program that Ansible has not: it may stand before the first of Ansible's words. */
  #folderOf([word = '', value]: string[]): { folder: string; words: number } | undefined {
    if (word.startsWith(`${FOLDER}=`)) return { folder: word.slice(FOLDER.length + 1), words: 1 };
    if (word !== FOLDER) return undefined;
    if (value === undefined) this.error(`argument ${FOLDER}: expected one argument`);
    return { folder: value, words: 2 };
  }

  override print_help(): never {
    throw new Answered(this.format_help());
  }

  /** @throws {UsageError} always */
  override error(message: string): never {
    throw new UsageError(message, 2, `${this.format_usage()}${this.prog}: error: `);
  }
}
