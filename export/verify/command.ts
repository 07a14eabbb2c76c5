// `trainyard verify`: checks a model file again, alone or against what it was made of.

import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { printJson } from '../../models/print-json.ts';
import { runsOption } from '../../train/cli/runs-options.ts';
import { dataOption, existingFolder, jsonOption, modelFile, modelsOption } from '../cli/shared-options.ts';
import type { OpenModelFile } from '../files/file.ts';

export const verifyCommand = defineCommand({
  args: {
    file: modelFile,
    against: {
      type: 'string',
      valueHint: 'run|file',
      description: 'A run, a .safetensors checkpoint or a tfjs model.json',
    },
    pictures: {
      type: 'string',
      valueHint: 'folder',
      description: 'Folder of pictures to compare on, with --against',
    },
    test: {
      type: 'boolean',
      description: 'Measure it on the whole test set again, and compare with the card',
    },
    ...dataOption,
    ...jsonOption,
    ...modelsOption,
    ...runsOption,
  },
  async run({ args }) {
    for (const option of ['pictures', 'data'] as const)
      if (args[option] !== undefined) existingFolder(option, args[option]);
    if (args.pictures !== undefined && args.against === undefined)
      throw new UserError('--pictures is for a comparison: name its other side with --against.');
    if (args.data !== undefined && !args.test && (args.against === undefined || args.pictures !== undefined))
      throw new UserError('--data is for --test, and for --against without --pictures.');
    const { cardOf, openModelFile } = await import('../files/file.ts');
    const { asServed } = await import('../files/as-served.ts');
    const file = asServed(await openModelFile(args.file, args.repository));
    const card = cardOf(file);
    const { verifyAlone } = await import('./index.ts');
    const checks = await verifyAlone(file);
    const loads = checks.every(({ name, holds }) => name !== 'loads' || holds);
    if (args.test && loads) checks.push(await checkTest(file, args.data));
    const against = args.against !== undefined && loads ? await import('./against.ts') : undefined;
    const comparison = await against?.compareWith(
      await against.openReference(`${args.against}`, args.runs, file),
      file,
      await against.picturesFor(file, args.pictures, args.data),
      card.input.shape,
      // A file that was exported with --tolerance is held to that.
      card.parity?.tolerance,
      (await import('../publish/tasks.ts')).compareAs(card),
    );
    if (args.json) printJson({ path: file.path, checks, comparison });
    else {
      const { verificationInWords } = await import('./text.ts');
      console.log(verificationInWords(file.path, checks, comparison));
    }
    if (checks.some(({ holds }) => !holds) || comparison?.holds === false) process.exitCode = 1;
  },
});

async function checkTest(file: OpenModelFile, data: string | undefined) {
  const [{ cardOf }, { dataOf, judgedOf }, { imagesOf }, { verifyMetrics }] = await Promise.all([
    import('../files/file.ts'),
    import('../files/data.ts'),
    import('../../train/datasets/index.ts'),
    import('./index.ts'),
  ]);
  const card = cardOf(file);
  const judged = judgedOf(card, await dataOf(card, data, { say: console.log }));
  return verifyMetrics(file, (from, to) => imagesOf(judged, from, to), judged.labels, judged.targets);
}
