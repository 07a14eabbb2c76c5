// `trainyard inspect`: what is in a checkpoint, a run's checkpoints, or a model file.

import { existsSync } from 'node:fs';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { suggestion } from '../../models/nearest.ts';
import { printJson } from '../../models/print-json.ts';
import { listModels } from '../../models/repository.ts';
import { runsOption } from '../../train/cli/runs-options.ts';
import { jsonOption, modelsOption } from '../cli/shared-options.ts';

export const inspectCommand = defineCommand({
  args: {
    file: {
      type: 'positional',
      required: false,
      description:
        'A .safetensors or .onnx file, a model of the repository, or a run; the newest run if left out',
    },
    sizes: {
      type: 'string',
      valueHint: 'name=size,...',
      description: 'Of a model whose sizes vary: height=224,width=224',
    },
    ...jsonOption,
    ...modelsOption,
    ...runsOption,
  },
  async run({ args }) {
    const sizes = sizesOf(args.sizes);
    const path = await pathOf(args, args.file);
    const { describeWithWork } = await import('./describe.ts');
    const described = await describeWithWork(path, sizes);
    if (args.json) return printJson(described);
    const { inspectionInWords } = await import('./text.ts');
    console.log(inspectionInWords(described));
  },
});

/** A file as it is named; of a run its best checkpoint, or the last where there is no best one yet. */
async function pathOf(
  { runs, repository }: { runs: string; repository: string },
  file: string | undefined,
): Promise<string> {
  if (file !== undefined && /\.(safetensors|onnx)$/.test(file)) {
    if (existsSync(file)) return file;
    throw new UserError(`There is no file ${file}.`);
  }
  const models = await listModels(repository);
  if (models.some(({ name }) => name === file?.split('/')[0])) {
    const { pathOfModel } = await import('../files/file.ts');
    return pathOfModel(`${file}`, repository);
  }
  const { findRun, listRuns } = await import('../../train/runs/run.ts');
  const known = [...new Set([...models, ...listRuns(runs)].map(({ name }) => name))];
  if (file !== undefined && !file.includes('/') && !known.includes(file))
    throw new UserError(
      `There is neither a model ${JSON.stringify(file)} in ${repository} nor a run of this name in ${runs}. ${suggestion(file, known)}`,
    );
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
