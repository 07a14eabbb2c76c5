// The options of `trainyard export`.

import { inGroup } from '../../models/option-groups.ts';
import { TOLERANCE } from '../../models/tolerance.ts';
import { scalings } from '../../train/backbone/scaling.ts';
import { runsOption } from '../../train/cli/runs-options.ts';
import { OPSETS } from '../graph/opsets.ts';
import { FORMAT_NAMES } from '../to/names.ts';
import { jsonOption, repositoryOption } from './shared-options.ts';

export const exportArgs = {
  run: {
    type: 'positional',
    required: false,
    description:
      'Name of a run, the newest if left out; path of a tfjs model.json; hf:owner/name of the Hugging Face Hub; or efficientnet-lite0, to teach upon',
  },
  checkpoint: { type: 'string', valueHint: 'best|last', description: 'Which checkpoint', default: 'best' },
  converter: {
    type: 'string',
    valueHint: 'own|tf2onnx',
    description: "Trainyard's own exporter, or tf2onnx in Python to compare with",
    default: 'own',
  },
  to: {
    type: 'string',
    valueHint: 'format',
    description: `Write another format instead: ${FORMAT_NAMES.join(', ')}`,
  },
  out: {
    type: 'string',
    valueHint: 'path',
    description:
      'With --to: the folder to write; exports/<model>-<format> if left out. Of a tfjs model without --labels: the file; <name>.onnx if left out',
  },
  tta: { type: 'boolean', description: "Average over the views of the recipe's test-time augmentation" },
  calibrate: {
    type: 'boolean',
    description: 'Divide the logits by a temperature, so that a probability is how often the answer is right',
  },
  novelty: {
    type: 'boolean',
    default: true,
    description: 'Give the file an output that says how strange a picture is; --no-novelty leaves it out',
  },
  opset: {
    type: 'string',
    valueHint: 'number',
    description: `Version of ONNX's operators, ${OPSETS.oldest} to ${OPSETS.newest}`,
    default: String(OPSETS.usual),
  },
  tolerance: {
    type: 'string',
    valueHint: 'number',
    description: `Largest difference of a probability from the network, ${TOLERANCE} if left out; of a tfjs model without --labels, of an answer, as a share of 1 or of the value`,
  },
  'fold-batch-norm': {
    type: 'boolean',
    description: 'Put batch norm into the convolutions; then the file cannot be trained further',
  },
  ...repositoryOption,
  ...runsOption,
  ...jsonOption,
  ...inGroup('Of a model of TensorFlow.js', {
    name: { type: 'string', valueHint: 'name', description: 'Its name; that of its folder if left out' },
    size: {
      type: 'string',
      valueHint: 'height[xwidth]',
      description: 'Size of its pictures if it takes any: 224, or 224x160 for height and width',
    },
    labels: {
      type: 'string',
      valueHint: 'names|file',
      description:
        'Its classes in order, with commas between them, or a file of them: makes a classifier of it',
    },
    scaling: {
      type: 'string',
      valueHint: 'range',
      description: `Range of its input: ${Object.keys(scalings).join(', ')}; 0..1 if left out, or 0..255 where it takes whole numbers`,
    },
    crop: {
      type: 'string',
      valueHint: 'center|stretch',
      description: 'How pictures get its shape',
      default: 'center',
    },
    pictures: { type: 'string', valueHint: 'folder', description: 'Folder of pictures to compare on' },
  }),
} as const;
