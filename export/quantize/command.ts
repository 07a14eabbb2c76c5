// `trainyard quantize`: a smaller model of a model file, if it is worth having.
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { repositoryFolder } from '../../setup/paths.mjs';
import { percent } from '../../train/report/terminal.ts';
import { dataOf } from '../files/data.ts';
import { cardOf, openModelFile } from '../files/file.ts';
import { CALIBRATION_PICTURES, type QuantizeStage, quantize, type WeightType } from './index.ts';

export const quantizeCommand = defineCommand({
  meta: { name: 'quantize', description: 'Make a smaller model, if it is no slower and hardly less right' },
  args: {
    file: {
      type: 'positional',
      required: true,
      description: 'A .onnx file, or a model of the repository: digits or digits/1',
    },
    weights: { type: 'string', description: 'int8 or float16', default: 'int8' },
    'max-drop': { type: 'string', description: 'Accuracy that it may lose, in percent', default: '0.5' },
    calibration: {
      type: 'string',
      description: 'Training pictures from which ranges are taken',
      default: String(CALIBRATION_PICTURES),
    },
    name: { type: 'string', description: 'Name of the new model; <model>-<weights> if left out' },
    data: { type: 'string', description: 'Where the pictures are that a model of a folder was trained on' },
    repository: { type: 'string', description: 'Folder of the model files', default: repositoryFolder },
  },
  async run({ args }) {
    const weights = weightsOf(args.weights);
    const maxDrop = dropOf(args['max-drop']);
    const calibrationPictures = wholeNumber('calibration', args.calibration, 1, 1_000_000);
    const file = await openModelFile(args.file, args.repository);
    const card = cardOf(file);
    const data = await dataOf(card, args.data);
    console.log(`Quantizing ${file.path} to ${weights}.`);
    const result = await quantize(file, data, {
      weights,
      maxDrop,
      calibrationPictures,
      repository: args.repository,
      name: args.name ?? `${card.name}-${weights}`,
      onStage: (stage) => console.log(`  ${stage.name.padEnd(10)}  ${describe(stage)}`),
    });
    if ('declined' in result) {
      console.log(`Declined: ${result.declined}. Nothing was written.`);
      process.exitCode = 1;
      return;
    }
    const { name, version, path } = result.model;
    console.log(`  written     ${name} version ${version}: ${path}`);
  },
});

function weightsOf(name: string): WeightType {
  if (name === 'int8' || name === 'float16') return name;
  const guess = nearest(name, ['int8', 'float16']);
  throw new UserError(
    `--weights takes int8 or float16; received ${JSON.stringify(name)}.${guess ? ` Did you mean ${guess}?` : ''}`,
  );
}

function dropOf(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (text.trim() !== '' && value >= 0 && value <= 100) return value / 100;
  throw new UserError(
    `--max-drop takes percent of accuracy, from 0 to 100; received ${JSON.stringify(text)}.`,
  );
}

function describe(stage: QuantizeStage): string {
  switch (stage.name) {
    case 'calibrated':
      return `ranges of ${stage.values} values from ${stage.pictures} training pictures`;
    case 'rewritten':
      return `${(stage.after / 1e6).toFixed(2)} MB, before ${(stage.before / 1e6).toFixed(2)} MB`;
    case 'measured': {
      const { before, after, parity } = stage.accuracy;
      return `accuracy ${percent(after.accuracy)}, before ${percent(before.accuracy)}, on ${parity.n} test pictures; ${parity.changedLabels} changed labels`;
    }
    case 'timed': {
      const { before, after, ratio } = stage.latency;
      return `${after.toFixed(3)} ms for one picture, before ${before.toFixed(3)} ms (${ratio.toFixed(2)} of it)`;
    }
  }
}
