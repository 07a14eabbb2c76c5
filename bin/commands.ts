// The command line: finds the subcommand and runs it.
import { UserError } from '../models/errors.ts';
import { type AnyCommand, explain, run, unknown } from './run.ts';

/** Loaded when called for, so that serving loads no TensorFlow. */
const commands: Record<string, { description: string; load: () => Promise<AnyCommand>; takesMany?: true }> = {
  start: {
    description: 'Train, export and serve digits: the whole road',
    load: async () => (await import('./start.ts')).startCommand,
  },
  train: {
    description: 'Train a recipe; without a name, list the recipes',
    load: async () => (await import('../train/cli/command.ts')).trainCommand,
  },
  'lr-find': {
    description: 'Look for a learning rate, for a recipe or a folder of pictures',
    load: async () => (await import('../train/lr-find/command.ts')).lrFindCommand,
  },
  photos: {
    description: 'Write pictures of CIFAR-10 as files in class folders',
    load: async () => (await import('../train/photos/command.ts')).photosCommand,
  },
  report: {
    description: 'Make the report of a run again, as one HTML file',
    load: async () => (await import('../train/report/command.ts')).reportCommand,
  },
  show: {
    description: 'Show the pictures of a recipe or a folder, as the network will see them',
    load: async () => (await import('../train/show/command.ts')).showCommand,
  },
  compare: {
    description: 'Compare runs on one page',
    load: async () => (await import('../train/report/compare/command.ts')).compareCommand,
    takesMany: true,
  },
  histograms: {
    description: 'Show what the layers of runs compute, on one page',
    load: async () => (await import('../train/histograms/command.ts')).histogramsCommand,
    takesMany: true,
  },
  surface: {
    description: 'Draw the loss over two weights of a run, with three optimizers on it',
    load: async () => (await import('../train/surface/command.ts')).surfaceCommand,
  },
  results: {
    description: 'Make RESULTS.md from the finished runs',
    load: async () => (await import('../train/results/command.ts')).resultsCommand,
  },
  inspect: {
    description: 'List what is in a checkpoint, a run or a model file',
    load: async () => (await import('../export/inspect/command.ts')).inspectCommand,
  },
  export: {
    description: 'Export a run as one ONNX file, with proof of parity',
    load: async () => (await import('../export/cli/command.ts')).exportCommand,
  },
  verify: {
    description: 'Check a model file, alone or against a checkpoint or a tfjs model',
    load: async () => (await import('../export/verify/command.ts')).verifyCommand,
  },
  diff: {
    description: 'Show what differs between two model files',
    load: async () => (await import('../export/diff/command.ts')).diffCommand,
  },
  quantize: {
    description: 'Make a smaller model, if it is no slower and hardly less right',
    load: async () => (await import('../export/quantize/command.ts')).quantizeCommand,
  },
  serve: {
    description: 'Serve the models of the repository over HTTP',
    load: async () => (await import('../serve/command.ts')).serveCommand,
  },
  predict: {
    description: 'Classify files and folders of pictures, without a server',
    load: async () => (await import('../serve/predict/command.ts')).predictCommand,
    takesMany: true,
  },
  'web-demo': {
    description: 'Develop the web page',
    load: async () => (await import('../web-demo/command.ts')).webDemoCommand,
  },
};

/** Runs `trainyard <args>`; sets the exit status of the process. */
export function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  return explain(async () => {
    if (name === undefined || name === '--help' || name === '-h') return console.log(usage());
    const entry = commands[name];
    if (entry === undefined) throw new UserError(unknown('command', name, Object.keys(commands)));
    await run(await entry.load(), rest, entry.takesMany);
  });
}

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(
    ([name, { description }]) => `  ${name.padEnd(width)}  ${description}`,
  );
  return [
    'trainyard <command> [options]',
    '',
    ...lines,
    '',
    'trainyard <command> --help lists its options.',
  ].join('\n');
}
