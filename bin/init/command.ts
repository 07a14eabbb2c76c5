// `trainyard init`: a small project in a folder of the user's own.
import { relative, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { describe } from './describe.ts';
import { missingDependency } from './files.ts';
import { writeProject } from './write.ts';

export const initCommand = defineCommand({
  args: {
    folder: {
      type: 'positional',
      required: false,
      description: 'Folder to make, or to put the project into; the current one if left out',
    },
  },
  run({ args }) {
    const folder = resolve(args.folder ?? '.');
    const written = writeProject(folder);
    console.log(describe(relative(process.cwd(), folder), written, missingDependency(folder)));
  },
});
