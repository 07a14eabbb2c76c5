// Runs a script of the tests compiled, as commands are: `run-compiled.mjs <script.ts> <arguments>`. Through a TypeScript loader
// one that loads TensorFlow takes 0.9 s of a processor more.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from '../setup/modules/compiled.mjs';

const [script = ''] = process.argv.splice(2, 1);
await load(pathToFileURL(resolve(script)).href);
