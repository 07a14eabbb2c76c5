// Runs a script of the tests compiled, as commands are: `run-compiled.mjs <script.ts> <arguments>`. Through a TypeScript loader
// one that loads TensorFlow takes 0.9 s of a processor more.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from '../setup/modules/compiled.mjs';

// The words are those of a script that Node runs itself.
process.argv.splice(1, 1);
const [, script = ''] = process.argv;
await load(pathToFileURL(resolve(script)).href);
