// Options of the commands that read runs: where the runs are, and where the page about them is written.
import { runsFolder } from '../../setup/paths.mjs';

export const runsOption = {
  runs: { type: 'string', valueHint: 'folder', description: 'Folder of the runs', default: runsFolder },
} as const;

export const pageOption = {
  out: {
    type: 'string',
    valueHint: 'file',
    description: 'File of the page; beside the runs if left out',
  },
} as const;
