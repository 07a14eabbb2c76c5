// Which Trainyard this is.
import { join } from 'node:path';
import { readJson } from '../setup/files.mjs';
import { root } from '../setup/paths.mjs';

/** As package.json has it: `0.1.0`. */
export const version: string = String(readJson(join(root, 'package.json'))?.version);
