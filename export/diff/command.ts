// `trainyard diff`: what differs between two model files.
import { defineCommand } from 'citty';
import { printJson } from '../../models/print-json.ts';
import { repositoryFolder } from '../../setup/paths.mjs';
import { openModelFile } from '../files/file.ts';
import { diff } from './index.ts';
import { differenceInWords } from './text.ts';

const file = 'a .onnx file, or a model of the repository: digits or digits/1';

export const diffCommand = defineCommand({
  meta: { name: 'diff', description: 'Show what differs between two model files' },
  args: {
    before: { type: 'positional', required: true, description: `The first: ${file}` },
    after: { type: 'positional', required: true, description: `The second: ${file}` },
    pictures: { type: 'string', description: 'Folder of pictures: which answers changed' },
    json: { type: 'boolean', description: 'Print it as JSON' },
    repository: { type: 'string', description: 'Folder of the model files', default: repositoryFolder },
  },
  async run({ args }) {
    const before = await openModelFile(args.before, args.repository);
    const after = await openModelFile(args.after, args.repository);
    const difference = await diff(before, after, args.pictures);
    if (args.json) printJson(difference);
    else console.log(differenceInWords(difference));
  },
});
