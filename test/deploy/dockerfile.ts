// What a Dockerfile says, as far as ours goes: stages, each with its instructions in their order.

export interface Instruction {
  /** `RUN`. */
  readonly word: string;
  /** What follows it. */
  readonly rest: string;
}

export interface Stage {
  readonly from: string;
  /** `AS name`; empty where there is none. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** @throws Error for a line that is no instruction. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: { from: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+) (.+[^\\])$/.exec(line) ?? [];
    if (word === '') throw new Error(`a line of the Dockerfile is not understood: ${line}`);
    if (word === 'FROM') {
      const [from = '', , name = ''] = rest.split(' ');
      stages.push({ from, name, instructions: [] });
    } else stages.at(-1)?.instructions.push({ word, rest });
  }
  return stages;
}

/** What follows every instruction of one kind. */
export const allOf = (stage: Stage, word: string): string[] =>
  stage.instructions.filter((each) => each.word === word).map(({ rest }) => rest);

/** The variables of a stage, `NAME=value` each. */
export const variablesOf = (stage: Stage): string[] => allOf(stage, 'ENV').flatMap((rest) => rest.split(' '));
