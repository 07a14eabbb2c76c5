// `trainyard diff`: what differs between two model files.
import { defineCommand } from 'citty';
import { printJson } from '../../models/print-json.ts';
import { existingFolder, jsonOption, MODEL_FILE, modelsOption } from '../cli/shared-options.ts';

export const diffCommand = defineCommand({
  args: {
    before: { type: 'positional', required: true, description: `The first: ${MODEL_FILE}` },
    after: { type: 'positional', required: true, description: `The second: ${MODEL_FILE}` },
    pictures: {
      type: 'string',
      valueHint: 'folder',
      description: 'Folder of pictures: which answers changed',
    },
    ...jsonOption,
    ...modelsOption,
  },
  async run({ args }) {
    if (args.pictures !== undefined) existingFolder('pictures', args.pictures);
    const { openModelFile } = await import('../files/file.ts');
    const before = await openModelFile(args.before, args.repository);
    const after = await openModelFile(args.after, args.repository);
    const { diff } = await import('./index.ts');
    const difference = await diff(before, after, args.pictures);
    if (args.json) return printJson(difference);
    const { differenceInWords } = await import('./text.ts');
    console.log(differenceInWords(difference));
  },
});
