// What a shell completes: the commands, and of each its options and the words that its first argument may be.
import type { Options } from '../check-words.ts';
import type { Command, Option } from '../command.ts';

export interface Completed {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Words that the first argument may be; others are taken, such as the path of a folder. */
  readonly subjects: readonly string[];
}

export interface CompletedOption {
  /** With its dashes. */
  readonly word: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** The values, where there are few. */
  readonly choices: readonly string[];
}

export async function describeCommands(commands: readonly Command[]): Promise<Completed[]> {
  return Promise.all(
    commands.map(async ({ name, description, load, subjects }) => {
      const options: Options = await (await load()).args;
      return {
        name,
        description,
        options: Object.entries(options).flatMap(([name, option]) => describeOption(name, option)),
        subjects: (await subjects?.()) ?? [],
      };
    }),
  );
}

function describeOption(name: string, option: Option): CompletedOption[] {
  const { type, description = '', valueHint = '' } = option;
  if (type === 'positional') return [];
  if (type === 'boolean') {
    const on = { word: `--${name}`, description, takesValue: false, choices: [] };
    if ((option.default ?? option.usual) !== true) return [on];
    const { negativeDescription = `Turn --${name} off` } = option;
    return [on, { ...on, word: `--no-${name}`, description: negativeDescription }];
  }
  const choices = valueHint.includes('|') ? valueHint.split('|') : [];
  return [{ word: `--${name}`, description, takesValue: true, choices }];
}
