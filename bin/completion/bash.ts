// Completion for bash. Needs nothing but bash itself, version 3.2 or later.
import type { Completed } from './commands.ts';

/** The script. Where none of our words fits, bash completes names of files. */
export function bash(commands: readonly Completed[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of trainyard for bash. Into ~/.bashrc: source <(trainyard completion bash)
_trainyard() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local options= values= subjects=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${names.join(' ')} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${commands.map(caseOf).join('\n')}
  esac
  if [[ " $values " == *" $previous "* ]]; then
    case "\${COMP_WORDS[1]} $previous" in
${commands.flatMap(choicesOf).join('\n')}
    *) ;;
    esac
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options --help" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$subjects" -- "$current"))
  fi
}
complete -o default -F _trainyard trainyard
`;
}

function caseOf({ name, options, subjects }: Completed): string {
  const words = options.map(({ word }) => word);
  const values = options.filter(({ takesValue }) => takesValue).map(({ word }) => word);
  return `    ${name}) options="${words.join(' ')}" values="${values.join(' ')}" subjects="${subjects.join(' ')}" ;;`;
}

function choicesOf({ name, options }: Completed): string[] {
  return options
    .filter(({ choices }) => choices.length > 0)
    .map(
      ({ word, choices }) =>
        `    "${name} ${word}") COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$current")) ;;`,
    );
}
