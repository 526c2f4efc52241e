import { actionNames, specOf } from '../actions.js';
import type { ActionName } from '../actions.js';

const switches = [
  'help',
  'bash-completion',
  'zsh-completion',
  'man-page',
  'check',
  'config-v2',
  'config',
];

const dashed = [...switches, ...actionNames].map((name) => `--${name}`).concat('-c');

/** What may follow an action: its keys, and the values of a field that needs no key. */
const wordsAfter = (name: ActionName): string[] => {
  const fields = Object.entries(specOf(name).fields);
  return [
    ...fields.map(([key]) => `${key}=`),
    ...fields.flatMap(([, { bare, words }]) => (bare ? words : [])),
  ];
};

/** Fields whose values are few, as patterns of `case` over action and key, by those values. */
function patternsByWords(): [words: string, patterns: string][] {
  const patterns = new Map<string, string[]>();
  for (const name of actionNames) {
    for (const [key, { words }] of Object.entries(specOf(name).fields)) {
      if (words.length === 0) continue;
      const joined = words.join(' ');
      patterns.set(joined, [
        ...(patterns.get(joined) ?? []),
        `"--${name} ${key}"|"-${name} ${key}"`,
      ]);
    }
  }
  return [...patterns].map(([words, each]) => [words, each.join('|')]);
}

/**
 * A script that lets bash complete actions, keys, values that are words, and file names for the rest. To be run by the
 * shell itself: `. <(receptor --bash-completion)`.
 *
 * @param program name of the command; what is no letter, digit, `-`, `_` or `.` in it is left out
 */
export const bashCompletion = (program = 'receptor'): string => bashScript(...namesFor(program));

/**
 * As {@link bashCompletion} for zsh: `source <(receptor --zsh-completion)`, or a file `_receptor` in the function path.
 */
export const zshCompletion = (program = 'receptor'): string => zshScript(...namesFor(program));

/** The command, and the shell function for it. */
function namesFor(program: string): [command: string, name: string] {
  const command = program.replace(/[^\w.-]/g, '') || 'receptor';
  return [command, `_${command.replace(/[^\w]/g, '_')}`];
}

/** Words of the table are letters, digits, dashes and `=`; they need no quoting. */
const arms = (patterns: readonly (readonly [pattern: string, command: string])[]): string =>
  patterns.map(([pattern, command]) => `      ${pattern}) ${command} ;;\n`).join('');

/** An action with one dash or two. */
const either = (name: ActionName): string => `--${name}|-${name}`;

/** The name of each action that has parameters, with what may follow it. */
const actionsWithWords = actionNames
  .map((name) => [name, wordsAfter(name).join(' ')] as const)
  .filter(([, words]) => words !== '');

const bashScript = (command: string, name: string): string =>
  `${name}()
{
  local cur= action= key= at= words= IFS=$' \\t\\n'
  local actions='${dashed.join(' ')}'
  cur=\${COMP_WORDS[COMP_CWORD]}
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    case \${COMP_WORDS[at]} in -*) action=\${COMP_WORDS[at]}; break ;; esac
  done
  # The equals sign is a word of its own.
  if [[ $cur == = ]]; then
    key=\${COMP_WORDS[COMP_CWORD-1]} cur=
  elif [[ \${COMP_WORDS[COMP_CWORD-1]} == = ]]; then
    key=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ -n $key ]]; then
    case "$action $key" in
${arms(patternsByWords().map(([words, pattern]) => [pattern, `words='${words}'`]))}    esac
  elif [[ $cur == -* ]]; then
    words=$actions
  else
    case $action in
      --config|-config|-c) ((at == COMP_CWORD - 1)) || words=$actions ;;
${arms(actionsWithWords.map(([each, words]) => [either(each), `words='${words}'`]))}      *) words=$actions ;;
    esac
  fi
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    [[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
  else
    IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$cur"))
    compopt -o filenames 2>/dev/null
  fi
  return 0
}
complete -F ${name} ${command}
`;

const zshScript = (command: string, name: string): string =>
  `#compdef ${command}
${name}() {
  local action key at
  local -a proposed
  for ((at = CURRENT - 1; at > 1; at--)); do
    if [[ \${words[at]} == -* ]]; then action=\${words[at]}; break; fi
  done
  if [[ $PREFIX == *=* && $PREFIX != -* ]]; then
    key=\${PREFIX%%=*}
    compset -P '*='
    case "$action $key" in
${arms(patternsByWords().map(([words, pattern]) => [pattern, `compadd -- ${words}`]))}      *) _files ;;
    esac
    return
  fi
  if [[ $PREFIX != -* ]]; then
    case $action in
      --config|-config|-c) if ((at == CURRENT - 1)); then _files; return; fi ;;
${arms(actionsWithWords.map(([each, words]) => [either(each), `proposed=(${words})`]))}    esac
  fi
  if ((\${#proposed} == 0)); then
    compadd -- ${dashed.join(' ')}
  else
    compadd -S '' -- \${(M)proposed:#*=}
    compadd -- \${proposed:#*=}
  fi
}
if [[ \${funcstack[1]} == ${name} ]]; then
  ${name} "$@"
else
  compdef ${name} ${command}
fi
`;
