// `trainyard photos`: writes pictures of CIFAR-10 as files in class folders, to try folders of pictures with.
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { command } from '../../setup/invocation.mjs';

export const photosCommand = defineCommand({
  args: {
    folder: { type: 'positional', required: true, description: 'Folder to make' },
    classes: {
      type: 'string',
      description: 'Names of classes with commas between them, or all',
      default: 'cat,dog',
      valueHint: 'names',
    },
    each: {
      type: 'string',
      description: 'Training pictures of each class',
      default: '180',
      valueHint: 'number',
    },
    valid: {
      type: 'string',
      description: 'Test pictures of each class: writes train/ and valid/ instead of class folders alone',
      valueHint: 'number',
    },
  },
  async run({ args }) {
    const folder = resolve(process.env.INIT_CWD ?? '.', args.folder);
    const each = wholeNumber('each', args.each, 1);
    const valid = args.valid === undefined ? undefined : wholeNumber('valid', args.valid, 1);
    if (existsSync(folder) && readdirSync(folder).length > 0)
      throw new UserError(`${folder} is not empty: name a folder that can be made.`);
    const { writeCifarPhotos } = await import('./write-photos.ts');
    const count = await writeCifarPhotos(folder, { classes: args.classes, each, valid });
    console.log(`${count} pictures in ${folder}\nNext: ${command('train', [folder])}`);
  },
});
