// A training that diverges: a loss or a weight that is no number ends it before that is saved.
import { existsSync } from 'node:fs';
import { DivergedError } from '../errors.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import type { Run } from '../runs/run.ts';

/**
 * Checks the weights, since a loss is of the weights before its step.
 * @throws DivergedError when a value is not a number.
 */
export function checkFinite(run: Run, step: number, tensors: ReadonlyMap<string, NamedTensor>): void {
  for (const [name, { values }] of tensors) {
    const broken = values.find((value) => !Number.isFinite(value));
    if (broken !== undefined)
      throw new DivergedError(
        step,
        `${name} has a value of ${broken} after step ${step}, which is not saved. ${whatIsSaved(run)} Start over with a lower --learning-rate.`,
      );
  }
}

function whatIsSaved({ name, last }: Run): string {
  return existsSync(last) ? `The last checkpoint of ${name} is from before.` : 'There is no checkpoint yet.';
}

/** What to tell the user of a loss that is not a number. */
export function diverged(
  run: Run,
  what: string,
  step: number,
  loss: number,
  learningRate: number,
): DivergedError {
  // Before the first step no learning rate has done anything.
  const wayOut =
    step === 0
      ? 'The network gives no numbers for the first pictures already: look in it for a logarithm, a root or a division that has no value.'
      : `${whatIsSaved(run)} Start over with a lower --learning-rate.`;
  return new DivergedError(
    step,
    `The ${what} became ${loss} at step ${step} with learning rate ${learningRate.toPrecision(3)}. ${wayOut}`,
  );
}
