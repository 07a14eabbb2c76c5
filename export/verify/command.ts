// `trainyard verify`: re-checks a model file, from itself alone or against what it was made of.
import { defineCommand } from 'citty';
import { printJson } from '../../models/print-json.ts';
import { repositoryFolder, runsFolder } from '../../setup/paths.mjs';
import { imagesOf } from '../../train/datasets/index.ts';
import { dataOf } from '../files/data.ts';
import { cardOf, type OpenModelFile, openModelFile } from '../files/file.ts';
import { compareWith, openReference, picturesFor } from './against.ts';
import { type Check, verifyAlone, verifyMetrics } from './index.ts';
import { verificationInWords } from './text.ts';

export const verifyCommand = defineCommand({
  meta: { name: 'verify', description: 'Check a model file, alone or against a checkpoint or a tfjs model' },
  args: {
    file: {
      type: 'positional',
      required: true,
      description: 'A .onnx file, or a model of the repository: digits or digits/1',
    },
    against: { type: 'string', description: 'A run, a .safetensors checkpoint or a tfjs model.json' },
    pictures: { type: 'string', description: 'Folder of pictures to compare on, with --against' },
    data: { type: 'string', description: 'Where the pictures are that a model of a folder was trained on' },
    test: { type: 'boolean', description: 'Ask it for the whole test set again, and compare with the card' },
    json: { type: 'boolean', description: 'Print it as JSON' },
    repository: { type: 'string', description: 'Folder of the model files', default: repositoryFolder },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
  },
  async run({ args }) {
    const file = await openModelFile(args.file, args.repository);
    const card = cardOf(file);
    const checks: Check[] = await verifyAlone(file);
    const loads = checks.every(({ name, holds }) => name !== 'loads' || holds);
    if (args.test && loads) checks.push(await checkTest(file, args.data));
    const comparison =
      args.against === undefined || !loads
        ? undefined
        : await compareWith(
            await openReference(args.against, args.runs, file),
            file,
            await picturesFor(file, args.pictures, args.data),
            card.input.shape,
          );
    if (args.json) printJson({ path: file.path, checks, comparison });
    else console.log(verificationInWords(file.path, checks, comparison));
    if (checks.some(({ holds }) => !holds) || comparison?.holds === false) process.exitCode = 1;
  },
});

async function checkTest(file: OpenModelFile, data: string | undefined): Promise<Check> {
  const { test } = await dataOf(cardOf(file), data);
  return verifyMetrics(file, (from, to) => imagesOf(test, from, to), test.labels);
}
