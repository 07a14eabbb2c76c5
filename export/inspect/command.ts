// `trainyard inspect`: what is in a checkpoint, a run's checkpoints, or a model file.
import { existsSync } from 'node:fs';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { printJson } from '../../models/print-json.ts';
import { listModels } from '../../models/repository.ts';
import { repositoryFolder, runsFolder } from '../../setup/paths.mjs';
import { findRun } from '../../train/runs/run.ts';
import { pathOfModel } from '../files/file.ts';
import { describeWithWork } from './describe.ts';
import { inspectionInWords } from './text.ts';

export const inspectCommand = defineCommand({
  meta: { name: 'inspect', description: 'List what is in a checkpoint, a run or a model file' },
  args: {
    file: {
      type: 'positional',
      required: false,
      description:
        'A .safetensors or .onnx file, a model of the repository, or a run; the newest run if left out',
    },
    sizes: { type: 'string', description: 'Of a model whose sizes vary: height=224,width=224' },
    json: { type: 'boolean', description: 'Print it as JSON' },
    repository: { type: 'string', description: 'Folder of the model files', default: repositoryFolder },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
  },
  async run({ args }) {
    const described = await describeWithWork(await pathOf(args, args.file), sizesOf(args.sizes));
    if (args.json) printJson(described);
    else console.log(inspectionInWords(described));
  },
});

/** A file as it is named; of a run its best checkpoint, or the last where there is no best one yet. */
async function pathOf(
  { runs, repository }: { runs: string; repository: string },
  file: string | undefined,
): Promise<string> {
  if (file !== undefined && /\.(safetensors|onnx)$/.test(file)) return file;
  const models = await listModels(repository);
  if (models.some(({ name }) => name === file?.split('/')[0])) return pathOfModel(`${file}`, repository);
  const run = findRun(runs, file);
  const path = [run.best, run.last].find(existsSync);
  if (path === undefined) throw new UserError(`Run ${run.name} has no checkpoint yet.`);
  return path;
}

/** `height=224,width=224` as numbers by name. */
function sizesOf(text = ''): Record<string, number> {
  const parts = text.split(',').filter(Boolean);
  return Object.fromEntries(
    parts.map((part) => {
      const [, name = '', size] = /^(\w+)=(\d+)$/.exec(part) ?? [];
      if (Number(size) > 0) return [name, Number(size)];
      throw new UserError(
        `--sizes takes names and whole numbers, such as height=224,width=224; received ${JSON.stringify(text)}.`,
      );
    }),
  );
}
