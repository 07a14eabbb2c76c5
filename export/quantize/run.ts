// Does what `trainyard quantize` was asked for, and prints each stage.

import { asServed } from '../files/as-served.ts';
import { dataOf } from '../files/data.ts';
import { cardOf, openModelFile } from '../files/file.ts';
import { type QuantizationResult, type QuantizeStage, quantize } from './index.ts';
import type { WeightType } from './options.ts';

/** A command's words, checked. */
export interface QuantizeChoices {
  /** A model file, or a name in the repository; the model that was exported last if left out. */
  readonly file: string | undefined;
  /** Folder of the model files in which the file is looked for. */
  readonly readFrom: string;
  /** Folder of the model files to which the new one is written. */
  readonly repository: string;
  readonly weights: WeightType;
  /** Accuracy that it may lose, as a share of 1. */
  readonly maxDrop: number;
  readonly calibrationPictures: number;
  /** Name of the new model; `<model>-<weights>` if left out. */
  readonly name: string | undefined;
  /** Folder of the pictures that the model was trained on, if they were in a folder. */
  readonly data: string | undefined;
}

/** @returns The new model, or why it was declined. */
export async function runQuantize(choices: QuantizeChoices): Promise<QuantizationResult> {
  const { repository, weights, maxDrop, calibrationPictures, name } = choices;
  const file = asServed(await openModelFile(choices.file, choices.readFrom));
  const card = cardOf(file);
  const data = await dataOf(card, choices.data, { say: console.log });
  console.log(`Quantizing ${file.path} to ${weights}.`);
  return quantize(file, data, {
    ...{ weights, maxDrop, calibrationPictures, repository, name: name ?? `${card.name}-${weights}` },
    onStage: (stage) => console.log(`  ${stage.name.padEnd(10)}  ${stageInWords(stage)}`),
  });
}

function stageInWords(stage: QuantizeStage): string {
  switch (stage.name) {
    case 'calibrated':
      return `ranges of ${stage.values} values from ${stage.pictures} training pictures`;
    case 'rewritten':
      return `${(stage.after / 1e6).toFixed(2)} MB, before ${(stage.before / 1e6).toFixed(2)} MB`;
    case 'measured': {
      const [measures, changes = ''] = stage.measured.words.split(/(?=;)/);
      return `${measures}, on ${stage.n} ${stage.pictures}${changes}`;
    }
    case 'timed': {
      const { before, after, ratio } = stage.latency;
      return `${after.toFixed(3)} ms for one picture, before ${before.toFixed(3)} ms (${ratio.toFixed(2)} of it)`;
    }
  }
}
