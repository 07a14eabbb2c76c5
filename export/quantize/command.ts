// `trainyard quantize`: a smaller model of a model file, if it is no slower and about as accurate.
import { defineCommand } from 'citty';
import { oneOf } from '../../models/nearest.ts';
import { realNumber, wholeNumber } from '../../models/option-values.ts';
import { modelsFolder, repositoryFolder } from '../../setup/paths.mjs';
import {
  dataOption,
  existingFolder,
  modelFile,
  repositoryOption,
  writableFolder,
} from '../cli/shared-options.ts';
import { CALIBRATION_PICTURES, WEIGHT_TYPES } from './options.ts';

export const quantizeCommand = defineCommand({
  args: {
    file: modelFile,
    weights: {
      type: 'string',
      valueHint: WEIGHT_TYPES.join('|'),
      description: 'Type of the weights in the new model',
      default: WEIGHT_TYPES[0],
    },
    'max-drop': {
      type: 'string',
      valueHint: 'percent',
      description: 'Accuracy that it may lose, in percent',
      default: '0.5',
    },
    calibration: {
      type: 'string',
      valueHint: 'number',
      description: 'Training pictures from which the ranges of values are taken',
      default: String(CALIBRATION_PICTURES),
    },
    name: {
      type: 'string',
      valueHint: 'name',
      description: 'Name of the new model; <model>-<weights> if left out',
    },
    ...dataOption,
    ...repositoryOption,
  },
  async run({ args }) {
    const choices = {
      file: args.file,
      // As long as there are no models of one's own, those that come with the package are read, but not written to.
      readFrom: args.repository === repositoryFolder ? modelsFolder : args.repository,
      repository: writableFolder('repository', args.repository),
      weights: oneOf('--weights', WEIGHT_TYPES, args.weights),
      maxDrop: percentage('max-drop', args['max-drop']),
      calibrationPictures: wholeNumber('calibration', args.calibration, 1, 1_000_000),
      name: args.name,
      data: args.data === undefined ? undefined : existingFolder('data', args.data),
    };
    const { runQuantize } = await import('./run.ts');
    const result = await runQuantize(choices);
    if ('declined' in result) {
      console.log(`Declined: ${result.declined}. Nothing was written.`);
      process.exitCode = 1;
      return;
    }
    const { name, version, path } = result.model;
    console.log(`  written     ${name} version ${version}: ${path}`);
  },
});

/** `0.5` or `0.5%` as a share of 1. */
function percentage(option: string, text: string): number {
  return realNumber(option, text.replace(/%$/, ''), { least: 0, most: 100 }, 'percent of accuracy') / 100;
}
