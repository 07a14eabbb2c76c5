// Completion for fish.
import type { Completed, CompletedOption } from './commands.ts';

/** The script. Reference: fish's documentation, `complete`. */
export function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, description, options, subjects }) => {
    const within = `complete -c trainyard -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c trainyard -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
      ...options.map((option) => `${within} ${optionOf(option)}`),
      ...(subjects.length === 0 ? [] : [`${within} -a ${quoted(subjects.join(' '))}`]),
    ];
  });
  return [
    '# Completion of trainyard for fish: trainyard completion fish > ~/.config/fish/completions/trainyard.fish',
    ...lines,
    '',
  ].join('\n');
}

function optionOf({ word, description, takesValue, choices }: CompletedOption): string {
  const option = `-l ${word.slice(2)} -d ${quoted(description)}`;
  if (!takesValue) return option;
  return choices.length > 0 ? `${option} -x -a ${quoted(choices.join(' '))}` : `${option} -r`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
