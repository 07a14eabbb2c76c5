// Completion for zsh.
import type { Completed, CompletedOption } from './commands.ts';

/** The script. Reference: zsh's manual, "Completion System", _describe and _arguments. */
export function zsh(commands: readonly Completed[]): string {
  return `#compdef trainyard
# Completion of trainyard for zsh. Into ~/.zshrc, after compinit: source <(trainyard completion zsh)
_trainyard() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(caseOf).join('\n')}
  esac
}
compdef _trainyard trainyard
`;
}

function caseOf({ name, options, subjects }: Completed): string {
  const first = subjects.length === 0 ? [] : [`1:${name}:{ compadd ${subjects.join(' ')}; _files }`];
  const specifications = ['--help[Show the options]', ...options.map(optionOf), ...first, '*:file:_files'];
  return `    ${name}) _arguments ${specifications.map(quoted).join(' ')} ;;`;
}

function optionOf({ word, description, takesValue, choices }: CompletedOption): string {
  const text = description.replace(/[[\]:\\]/g, '\\$&');
  if (!takesValue) return `${word}[${text}]`;
  return `${word}[${text}]:value:${choices.length > 0 ? `(${choices.join(' ')})` : '_files'}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
