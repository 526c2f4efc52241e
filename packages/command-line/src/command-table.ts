/** An option as it is written and explained. */
export interface OptionEntry {
  /** Short and long names, dashes included. */
  readonly names: readonly string[];
  /** What its value is called; absent where it takes none. */
  readonly value?: string | undefined;
  readonly help: string;
}

/** A command with its options, arguments and subcommands: what help, completion and manual page are made of. */
export interface CommandEntry {
  readonly name: string;
  readonly help: string;
  readonly options: readonly OptionEntry[];
  /** Its arguments, as they are written in a usage line: `NODE SERVICE`. */
  readonly arguments?: string | undefined;
  readonly commands?: readonly CommandEntry[] | undefined;
}

/** A command and all below it, each with the words that lead to it, the program's name first. */
export function allCommands(
  entry: CommandEntry,
  before: readonly string[] = [],
): { readonly path: readonly string[]; readonly entry: CommandEntry }[] {
  const path = [...before, entry.name];
  return [{ path, entry }, ...(entry.commands ?? []).flatMap((each) => allCommands(each, path))];
}
