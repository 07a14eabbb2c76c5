// `trainyard evaluate`: how good a model file is on labeled pictures.
import { join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { printJson } from '../../models/print-json.ts';
import { makePath } from '../../setup/files/index.mjs';
import { pageOption, runsOption } from '../../train/cli/runs-options.ts';
import { jsonOption, MODEL_FILE, modelsOption } from '../cli/shared-options.ts';

export const evaluateCommand = defineCommand({
  args: {
    model: { type: 'positional', required: true, description: `The model: ${MODEL_FILE}` },
    pictures: {
      type: 'positional',
      required: true,
      description: 'A folder with a folder for each class, a table (CSV), a Parquet file or a ZIP archive',
    },
    ...jsonOption,
    ...pageOption,
    ...modelsOption,
    ...runsOption,
  },
  async run({ args }) {
    const [
      { openModelFile },
      { asServed },
      { evaluateFile },
      { evaluationPage },
      { slugOf },
      { writeWhole },
    ] = await Promise.all([
      import('../files/file.ts'),
      import('../files/as-served.ts'),
      import('./index.ts'),
      import('./page.ts'),
      import('../../train/datasets/folder/index.ts'),
      import('../../train/files/write-whole.ts'),
    ]);
    const file = asServed(await openModelFile(args.model, args.repository));
    const folder = resolve(args.pictures);
    const whole = await evaluateFile(file, folder);
    const { sheet: _sheet, plots: _plots, ...evaluation } = whole;
    const page = args.out ?? join(args.runs, `evaluate-${slugOf(evaluation.name)}-${slugOf(folder)}.html`);
    if (args.out === undefined) makePath(args.runs);
    writeWhole(resolve(page), evaluationPage(whole));
    if (args.json) return printJson({ ...evaluation, page: resolve(page) });
    const { evaluationInWords } = await import('./text.ts');
    console.log(`${evaluationInWords(evaluation)}\nPage: ${resolve(page)}`);
  },
});
