import { allCommands, type CommandEntry } from './command-table.js';

/**
 * A script that lets bash complete subcommands, options, and file names for the rest. To be run by the shell itself:
 * `. <(program --bash-completion)`.
 */
export function bashCompletion(program: CommandEntry): string {
  const name = `_${program.name.replace(/\W/g, '_')}`;
  const commands = allCommands(program);
  const steps = commands
    .filter(({ path }) => path.length > 1)
    .map(({ path }) => `      ${quoted(path.slice(1))}) at=${quoted(path.slice(1))} ;;`);
  const words = commands.map(({ path, entry }) => {
    const dashed = entry.options.flatMap(({ names }) => names);
    const below = (entry.commands ?? []).map((each) => each.name);
    return `    ${quoted(path.slice(1))}) options='${dashed.join(' ')}' words='${below.join(' ')}' ;;`;
  });
  const valued = new Set(
    commands.flatMap(({ entry }) =>
      entry.options.flatMap(({ names, value }) => (value === undefined ? [] : names)),
    ),
  );
  return `${name}()
{
  local cur=\${COMP_WORDS[COMP_CWORD]} at= word= skip= options= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      ${[...valued].join('|') || '--'}) skip=1; continue ;;
    esac
    case "\${at:+$at }$word" in
${steps.join('\n')}
    esac
  done
  case $at in
${words.join('\n')}
  esac
  if [[ -z $skip && $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -z $skip && -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$cur"))
    compopt -o filenames 2>/dev/null
  fi
  return 0
}
complete -F ${name} ${program.name}
`;
}

/** As {@link bashCompletion} for zsh, by its support for such scripts: `source <(program --zsh-completion)`. */
export function zshCompletion(program: CommandEntry): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bashCompletion(program)}`;
}

/** Names of commands are letters and dashes: they need no more than quotes. */
function quoted(words: readonly string[]): string {
  return `'${words.join(' ')}'`;
}
