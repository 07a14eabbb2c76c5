// A process of its own, started by compress.ts: compresses the files that it is given thoroughly, in the background.
import { writeThorough } from './brotli.ts';

for (const path of process.argv.slice(2)) await writeThorough(path);
