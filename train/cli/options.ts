// The options of the commands that train or look at what is trained, under the headings of the help. Loads nothing heavy.
import { inGroup } from '../../models/option-groups.ts';
import { augmentOptions } from '../augment/options.ts';
import { backboneOptions } from '../backbone/options.ts';
import { USUAL_DISTILL } from '../distill/schema.ts';
import { optimizers } from '../optimizers/index.ts';
import { families } from '../recipes/families.ts';
import { folderNetworks } from '../recipes/networks.ts';
import { numberLossSchema, TASKS } from '../tasks/task.ts';
import { runsOption } from './runs-options.ts';

/** What is trained on: the first argument. */
export const recipeArgument = {
  type: 'positional',
  description: 'Name of a recipe, or a folder of pictures with a folder for each class',
} as const;

/** Options that several commands take in the same way. */
export const common = {
  'batch-size': { type: 'string', valueHint: 'number', description: 'Images per step' },
  seed: { type: 'string', valueHint: 'number', description: 'Seed of weights, order and augmentation' },
  precision: {
    type: 'string',
    valueHint: 'auto|float32|bfloat16',
    description: 'Numbers to compute with; auto measures which are faster here',
    default: 'auto',
  },
} as const;

/** What decides how weights are found, beside the learning rate. */
const trainingOptions = {
  optimizer: {
    type: 'string',
    valueHint: optimizers.map(({ name }) => name).join('|'),
    description: 'What follows the gradient; the learning rate stays, so look for another by lr-find',
  },
  'weight-decay': { type: 'string', valueHint: 'number', description: 'How fast weights shrink; 0 is off' },
  dropout: {
    type: 'string',
    valueHint: 'share',
    description: "Share of the last layers' inputs that each step leaves out, such as 0.5",
  },
  'label-smoothing': {
    type: 'string',
    valueHint: 'share',
    description: 'Share of each target that is spread over all classes, such as 0.1',
  },
  average: {
    type: 'string',
    valueHint: 'decay',
    description: 'Evaluate and export a moving average of the weights, such as 0.999; 0 is off',
  },
  'class-weights': {
    type: 'string',
    valueHint: 'balanced|file',
    description:
      'What a picture of each class counts: balanced has small classes count as much as large ones; or a JSON file such as {"cat": 3, "dog": 1}',
  },
  sampling: {
    type: 'string',
    valueHint: 'balanced|usual',
    description:
      'balanced shows small classes as often as large ones, their pictures several times in an epoch',
  },
  focal: {
    type: 'string',
    valueHint: 'gamma',
    description: 'Focal loss, by which what is answered well counts less, such as 2; 0 is off',
  },
  loss: {
    type: 'string',
    valueHint: numberLossSchema.options.join('|'),
    description:
      'What is minimized of numbers: how far they are off, its square, or (huber) its square up to one deviation',
  },
  distill: {
    type: 'string',
    valueHint: 'file|off',
    description:
      'Learn the answers of a teacher beside the labels: a model file of the same classes, or hf:owner/name',
  },
  'distill-temperature': {
    type: 'string',
    valueHint: 'number',
    description: `By which the logits of both are divided; ${USUAL_DISTILL.temperature} if left out`,
  },
  'distill-weight': {
    type: 'string',
    valueHint: 'share',
    description: `Share of the teacher's answers in the loss, the rest is of the labels; ${USUAL_DISTILL.weight} if left out`,
  },
} as const;

/** The same for a command that has no other options of recipes. */
export const trainingOptionsAlone = inGroup('The recipe', trainingOptions);

/** What of a recipe is said on the command line. */
export const recipeOptions = inGroup('The recipe', {
  epochs: { type: 'string', valueHint: 'number', description: 'How often to go through the training images' },
  patience: {
    type: 'string',
    valueHint: 'epochs',
    description: 'End after so many epochs without a better one; the best is kept',
  },
  'batch-size': common['batch-size'],
  accumulate: {
    type: 'string',
    valueHint: 'number',
    description: 'Parts in which a batch is computed, one after the other, to save memory',
  },
  'learning-rate': { type: 'string', valueHint: 'number', description: 'Highest learning rate' },
  'freeze-epochs': {
    type: 'string',
    valueHint: 'number',
    description: 'Epochs at the start in which only the head of a pretrained network is trained',
  },
  ...trainingOptions,
  seed: common.seed,
  precision: common.precision,
});

/** How a run goes, which changes no recipe. */
export const runOptions = inGroup('The run', {
  plan: { type: 'boolean', description: 'Say how long it will take, and train nothing' },
  budget: {
    type: 'string',
    valueHint: 'time',
    description: 'As many steps as fit into this time, such as 10m, 90s or 1.5h',
  },
  seeds: {
    type: 'string',
    valueHint: 'number',
    description: 'Train so many runs, one seed after the other, and compare them',
  },
  resume: { type: 'string', valueHint: 'run', description: 'Go on with this run' },
  from: {
    type: 'string',
    valueHint: 'file-or-run',
    description:
      'Start from the weights of a checkpoint, a model file or a run; with --resume: go on from best or last',
  },
  fresh: { type: 'boolean', description: 'Start a new run even if one was interrupted' },
  live: {
    type: 'boolean',
    description: 'Show the report at an address on this machine while it grows',
    negativeDescription: 'Show no report while it trains',
    default: true,
  },
  tensorboard: { type: 'boolean', description: "Write TensorBoard's event files into the run's folder" },
  keep: {
    type: 'string',
    valueHint: 'number',
    description: 'Keep the checkpoints of so many epochs, beside the best and the last',
  },
  'max-memory': { type: 'string', valueHint: 'size', description: 'Most memory to take, such as 2g or 800m' },
  'verify-resume': {
    type: 'boolean',
    description: 'Prove that a training that is killed and resumed ends with the same weights',
  },
  steps: {
    type: 'string',
    valueHint: 'number',
    description: 'With --verify-resume: how many steps to train',
    default: '40',
  },
  kills: {
    type: 'string',
    valueHint: 'number',
    description: 'With --verify-resume: how often to kill',
    default: '20',
  },
  json: {
    type: 'boolean',
    description:
      'Print JSON lines: one for each epoch, and one at the end with run, finished, report and the best epoch',
  },
  ...runsOption,
});

/** Several machines, or processes of one, that train together. */
export const clusterOptions = inGroup('Several machines', {
  workers: {
    type: 'string',
    valueHint: 'number',
    description: 'Train by so many processes of this machine, each on its part of every batch',
  },
  cluster: {
    type: 'string',
    valueHint: 'addresses',
    description:
      'Addresses of all tasks that train together, such as host1:2222,host2:2222; the same command on each machine, with its own --task',
  },
  task: {
    type: 'string',
    valueHint: 'number',
    description: 'Which of the addresses is this machine, counted from 0; task 0 saves',
  },
});

/** How a folder of pictures is read, and which network is trained on it. */
export const folderOptions = {
  ...inGroup('A folder of pictures', {
    architecture: {
      type: 'string',
      valueHint: 'name',
      description: `Network to train: ${[...folderNetworks.keys()].join(', ')}`,
    },
    size: { type: 'string', valueHint: 'pixels', description: "Side of the network's input" },
    sizes: {
      type: 'string',
      valueHint: 'pixels,pixels',
      description:
        'Train on smaller pictures first, such as 128,224: each side for as many epochs; the last is --size',
    },
    valid: {
      type: 'string',
      valueHint: 'share|test',
      description:
        'Share of the pictures of each class for validation, such as 0.2; or test, to validate with the folder test/, or of a recipe with its test images, after every epoch',
    },
    folds: {
      type: 'string',
      valueHint: 'number',
      description:
        'Train so many runs, each of which validates with another part of the pictures, and compare them',
    },
    fold: { type: 'string', valueHint: 'number', description: 'With --folds: train this one alone' },
    test: {
      type: 'string',
      valueHint: 'folder|table',
      description: 'Where the pictures of the test are, if elsewhere: they are looked at once, at the end',
    },
    crop: {
      type: 'string',
      valueHint: 'center|stretch',
      description: 'Cut pictures to a square around their center, or stretch them to one',
    },
    as: {
      type: 'string',
      valueHint: TASKS.join('|'),
      description:
        'What is learned: one class of each picture, several labels, or numbers (circles has it, too); a table says it itself if left out',
    },
    label: {
      type: 'string',
      valueHint: 'columns',
      description: 'Columns of the table to learn, such as age, or x,y',
    },
    group: {
      type: 'string',
      valueHint: 'column|folder|pattern',
      description:
        "Pictures of one group stay on one side: a column of the table, folder, or a pattern of paths such as '([^/]+)_[0-9]+'",
    },
    'label-delimiter': {
      type: 'string',
      valueHint: 'text',
      description: "What is between several labels in a cell of the table, such as '|' or ' '",
    },
  }),
  ...inGroup('A folder of pictures, with the features of a network of your own', backboneOptions),
} as const;

/** How images are augmented. */
export const augmentationOptions = inGroup('Augmentation (off turns one off)', augmentOptions);

/** The options that recipes have of their own, by name. Where several have one of a name, all values are named. */
export const familyOptions: Readonly<
  Record<string, { type: 'string'; valueHint: string; description: string; group: string }>
> = inGroup('Options of single recipes', Object.fromEntries([...ownOptions()]));

function ownOptions(): Map<string, { type: 'string'; valueHint: string; description: string }> {
  const all = families.flatMap(({ recipe, options = [] }) =>
    options.map((option) => ({ ...option, recipe: recipe.name })),
  );
  // What every recipe or folder has, such as an optimizer, is said there.
  const names = new Set(
    all
      .map(({ name }) => name)
      .filter((name) => !Object.hasOwn(recipeOptions, name) && !Object.hasOwn(folderOptions, name)),
  );
  return new Map(
    [...names].map((name) => {
      const same = all.filter((option) => option.name === name);
      const values = new Set(same.flatMap((option) => Object.keys(option.values)));
      const recipes = same.map(({ recipe }) => recipe).join(', ');
      const [first] = same;
      return [
        name,
        {
          type: 'string',
          valueHint: [...values].join('|'),
          description: `${first?.description ?? ''} (${recipes})`,
        },
      ];
    }),
  );
}
