// `npm run build`: compiles the sources into `dist`, JavaScript and types in the same tree, and puts beside them what they
// read at run time. `dist` is what the package has; a checkout runs its sources, never these files.
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { filesUnder } from './files/index.mjs';
import { root, stateFolder } from './paths.mjs';
import { run } from './run.mjs';
import { putTfjsTypes } from './tfjs-types.mjs';

const dist = join(root, 'dist');
const made = join(stateFolder, 'build');

/** What is compiled; `web-demo` is built by Vite, into a folder of its own. */
const folders = ['bin', 'export', 'hub', 'models', 'public', 'serve', 'setup', 'train'];

/** What has nothing to compile: the Python package, whose files go to the nodes of a Ray cluster. */
const copied = ['python'];

/** Files that are read at run time. */
const assets = new Set(['.cc', '.css', '.h', '.icc', '.js', '.json', '.py', '.txt']);

rmSync(made, { recursive: true, force: true });
const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
await run('build', process.execPath, [typescript, '-p', 'tsconfig.build.json', '--outDir', made]);
for (const folder of [...folders, ...copied])
  for (const path of filesUnder(join(root, folder))) {
    const name = relative(root, path);
    if (!assets.has(extname(path)) || name.startsWith(join('models', 'repository'))) continue;
    mkdirSync(dirname(join(made, name)), { recursive: true });
    cpSync(path, join(made, name));
  }

putTfjsTypes(made);

mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) if (name !== 'web-demo') rmSync(join(dist, name), { recursive: true });
for (const folder of [...folders, ...copied, 'tensorflow'])
  renameSync(join(made, folder), join(dist, folder));
rmSync(made, { recursive: true });
