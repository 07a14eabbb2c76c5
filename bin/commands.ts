// The commands of the command line, in the order of the help.
import { isCheckout } from '../setup/paths.mjs';
import type { Command } from './command.ts';
import { serve } from './serve.ts';

const recipes = async () =>
  (await import('../train/recipes/index.ts')).families.map(({ recipe }) => recipe.name);

const all: readonly Command[] = [
  {
    name: 'init',
    group: 'Start',
    description: 'Make a small project of your own in a folder',
    examples: [{ words: ['my-project'] }, { words: ['.'], does: 'In the current folder' }],
    load: async () => (await import('./init/command.ts')).initCommand,
  },
  {
    name: 'setup',
    group: 'Start',
    description: 'Make this machine ready to train and to serve',
    examples: [{ words: [] }, { words: ['--gpu'], does: "With NVIDIA's CUDA libraries" }],
    load: async () => (await import('./setup.ts')).setupCommand,
  },
  {
    name: 'start',
    group: 'Start',
    description: 'Train handwritten digits, export them and serve them',
    examples: [{ words: [] }, { words: ['--port', '0'], does: 'On a free port' }],
    load: async () => (await import('./start.ts')).startCommand,
  },
  {
    name: 'train',
    group: 'Train',
    description: 'Train a recipe; without a name, list the recipes',
    examples: [
      { words: ['digits'] },
      { words: ['digits', '--epochs', '1'], does: 'One epoch' },
      { words: ['digits', '--plan'], does: 'How long it takes: nothing is trained' },
      {
        words: ['./pets', '--budget', '10m'],
        does: 'Your own pictures, a folder for each class, in ten minutes',
      },
    ],
    load: async () => (await import('../train/cli/command.ts')).trainCommand,
    subjects: recipes,
  },
  {
    name: 'show',
    group: 'Train',
    description: 'Show the pictures of a recipe or a folder as the network sees them',
    examples: [{ words: ['digits'] }, { words: ['./pets', '--augment', 'photo'] }],
    load: async () => (await import('../train/show/command.ts')).showCommand,
    subjects: recipes,
  },
  {
    name: 'lr-find',
    group: 'Train',
    description: 'Look for a learning rate for a recipe or a folder of pictures',
    examples: [{ words: ['digits'] }, { words: ['./pets', '--steps', '50'] }],
    load: async () => (await import('../train/lr-find/command.ts')).lrFindCommand,
    subjects: recipes,
  },
  {
    name: 'photos',
    group: 'Train',
    description: 'Write pictures of CIFAR-10 into a folder for each class, to try with',
    examples: [{ words: ['./pets'] }, { words: ['./pets', '--classes', 'cat,dog,frog', '--each', '100'] }],
    load: async () => (await import('../train/photos/command.ts')).photosCommand,
  },
  {
    name: 'report',
    group: 'Look at runs',
    description: 'Make the report of a run again, as one HTML file',
    examples: [{ words: [], does: 'The newest run' }, { words: ['0001-digits'] }],
    load: async () => (await import('../train/report/command.ts')).reportCommand,
  },
  {
    name: 'compare',
    group: 'Look at runs',
    description: 'Compare runs on one page; runs that differ in their seed are one group',
    examples: [{ words: ['0001-digits', '0002-digits'] }],
    load: async () => (await import('../train/report/compare/command.ts')).compareCommand,
    takesMany: true,
  },
  {
    name: 'histograms',
    group: 'Look at runs',
    description: 'Show what the layers of runs compute, on one page',
    examples: [{ words: ['0001-digits'] }, { words: ['0001-conv-mnist', '0002-conv-mnist'] }],
    load: async () => (await import('../train/histograms/command.ts')).histogramsCommand,
    takesMany: true,
  },
  {
    name: 'surface',
    group: 'Look at runs',
    description: 'Draw the loss over two weights of a run, and how optimizers move on it',
    examples: [{ words: [], does: 'The newest run' }, { words: ['0001-digits', '--layer', 'hidden2'] }],
    load: async () => (await import('../train/surface/command.ts')).surfaceCommand,
  },
  {
    name: 'results',
    group: 'Look at runs',
    description: 'Make RESULTS.md from the finished runs',
    examples: [{ words: [] }],
    load: async () => (await import('../train/results/command.ts')).resultsCommand,
    ofCheckout: true,
  },
  {
    name: 'inspect',
    group: 'Look at runs',
    description: 'List what is in a checkpoint, a run or a model file',
    examples: [{ words: ['digits'] }, { words: ['digits', '--json'] }],
    load: async () => (await import('../export/inspect/command.ts')).inspectCommand,
  },
  {
    name: 'export',
    group: 'Export',
    description: 'Export a run or a TensorFlow.js model as one ONNX file, with a proof of parity',
    examples: [
      { words: [], does: 'The newest run' },
      { words: ['0001-digits', '--checkpoint', 'last'] },
      { words: ['./pets/model.json', '--labels', 'cat,dog,owl'], does: 'A model of TensorFlow.js' },
    ],
    load: async () => (await import('../export/cli/command.ts')).exportCommand,
  },
  {
    name: 'verify',
    group: 'Export',
    description: 'Check a model file alone, or against what it was made of',
    examples: [{ words: ['digits'] }, { words: ['digits', '--against', '0001-digits'] }],
    load: async () => (await import('../export/verify/command.ts')).verifyCommand,
  },
  {
    name: 'diff',
    group: 'Export',
    description: 'Show what differs between two model files',
    examples: [
      { words: ['digits', 'digits'] },
      { words: ['digits/1', 'digits/2', '--pictures', './pictures'] },
    ],
    load: async () => (await import('../export/diff/command.ts')).diffCommand,
  },
  {
    name: 'quantize',
    group: 'Export',
    description: 'Make a smaller model, if it is no slower and about as accurate',
    examples: [{ words: ['digits'] }, { words: ['digits', '--weights', 'float16', '--max-drop', '0.1'] }],
    load: async () => (await import('../export/quantize/command.ts')).quantizeCommand,
  },
  serve,
  {
    name: 'predict',
    group: 'Serve',
    description: 'Classify files and folders of pictures, without a server',
    examples: [
      { words: ['digits', './pictures'] },
      { words: ['digits', './pictures/seven.png', '--json'], does: 'For another program' },
      { words: ['digits', './pictures', '--top', '3', '--out', 'digits.jsonl'] },
    ],
    load: async () => (await import('../serve/predict/command.ts')).predictCommand,
    takesMany: true,
  },
  {
    name: 'web-demo',
    group: 'Serve',
    description: 'Develop the page, with hot reload',
    examples: [{ words: [] }, { words: ['--port', '0'] }],
    load: async () => (await import('../web-demo/command.ts')).webDemoCommand,
    ofCheckout: true,
  },
  {
    name: 'doctor',
    group: 'This machine',
    description: 'Show what this machine has, and what to do about what is missing',
    examples: [{ words: [] }, { words: ['--json'] }],
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'completion',
    group: 'This machine',
    description: 'Print a script with which a shell completes commands and options',
    examples: [{ words: ['bash'] }, { words: ['fish'] }],
    load: async () => (await import('./completion/command.ts')).completionCommand(commands),
    subjects: async () => ['bash', 'zsh', 'fish'],
  },
  {
    name: 'help',
    group: 'This machine',
    description: 'Show the commands, or the options of one',
    examples: [{ words: [] }, { words: ['train'] }],
    load: async () => (await import('./help-command.ts')).helpCommand(commands),
    subjects: async () => commands.map(({ name }) => name),
  },
];

/** Those that this copy of Trainyard has. */
export const commands: readonly Command[] = all.filter(({ ofCheckout }) => isCheckout || !ofCheckout);
