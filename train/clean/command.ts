// `trainyard clean`: the pictures of a folder whose labels are likely wrong, to relabel, drop or keep.
import { resolve } from 'node:path';
import { defineCommand } from 'citty';
import { wholeNumber } from '../../models/option-values.ts';

export const cleanCommand = defineCommand({
  args: {
    folder: {
      type: 'positional',
      required: true,
      description: 'Folder with a folder for each class, or a table of paths and labels',
    },
    out: {
      type: 'string',
      valueHint: 'table',
      description: 'Table of what is decided, to train on; beside the folder if left out: photos-labels.csv',
    },
    size: {
      type: 'string',
      valueHint: 'pixels',
      description: 'Side of the pictures that the network sees, 224 if left out; smaller is faster',
    },
    port: { type: 'string', valueHint: 'number', description: 'Port of the page', default: '3738' },
    list: { type: 'boolean', description: 'Print the list, and open no page' },
    json: { type: 'boolean', description: 'Print the list as JSON lines, and open no page' },
  },
  async run({ args }) {
    const from = (path: string) => resolve(process.env.INIT_CWD ?? '.', path);
    const size = args.size === undefined ? undefined : wholeNumber('size', args.size, 32);
    const port = wholeNumber('port', args.port, 0);
    const print = args.json ? 'json' : args.list ? 'text' : undefined;
    const { clean } = await import('./clean.ts');
    await clean({
      path: from(args.folder),
      out: args.out === undefined ? undefined : from(args.out),
      ...{ size, port, print },
    });
  },
});
