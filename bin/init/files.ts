// The files of a new project. A file of settings and recipes of one's own have no place here yet.
import { basename, join, resolve } from 'node:path';
import { readJson } from '../../setup/files/index.mjs';

import { isCheckout, packageFolder, version } from '../../setup/paths.mjs';

/** What is in them, by their paths. @param folder - of the project, whose name the package has. */
export function projectFiles(folder: string): Readonly<Record<string, string | Uint8Array>> {
  return {
    'package.json': `${JSON.stringify(packageOf(basename(folder)), null, 2)}\n`,
    '.gitignore': ['node_modules/', 'runs/', 'models/', 'predictions.csv', ''].join('\n'),
    'README.md': readme(basename(folder)),
    'pictures/seven.png': Buffer.from(SEVEN, 'base64'),
  };
}

function packageOf(folder: string): object {
  const scripts = ['setup', 'train', 'export', 'serve', 'predict'];
  return {
    name: packageName(folder),
    private: true,
    type: 'module',
    scripts: Object.fromEntries(scripts.map((name) => [name, `trainyard ${name}`])),
    dependencies: { trainyard: origin() },
  };
}

/** A name that npm takes. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  // npm refuses a package that is called as what it depends on, or as a folder of its own.
  return ['', 'trainyard', 'node-modules'].includes(name) ? 'my-project' : name;
}

/** What npm has to be told to install in a folder whose package.json does not name Trainyard. */
export function missingDependency(folder: string): string | undefined {
  const { dependencies, devDependencies } = readJson(join(folder, 'package.json')) ?? {};
  if ({ ...dependencies, ...devDependencies }.trainyard !== undefined) return undefined;
  const from = origin();
  return from.startsWith('file:') ? from : `trainyard@${from}`;
}

/**
 * Where npm gets this Trainyard from: the checkout or the tarball that this copy came from, else the registry.
 * @param folder - of this copy.
 */
export function origin(folder = packageFolder, checkout = isCheckout): string {
  if (checkout) return `file:${folder}`;
  const project = resolve(folder, '..', '..');
  const lock = readJson(join(project, 'node_modules', '.package-lock.json'));
  const from: unknown = lock?.packages?.['node_modules/trainyard']?.resolved;
  if (typeof from !== 'string' || !from.startsWith('file:')) return `^${version}`;
  return `file:${resolve(project, from.slice('file:'.length))}`;
}

const readme = (name: string) => `# ${name}

Image classifiers, made with Trainyard.

    npm install                             # once
    npm run setup                           # once: TensorFlow, for training
    npm run train digits -- --epochs 1      # a first network: handwritten digits, into runs/
    npm run export                          # the newest run as one ONNX file, into models/
    npm run predict digits pictures         # classify the pictures in pictures/
    npm run serve                           # answer over HTTP, with a page to try it

Your own classes: a folder of pictures for each, such as photos/cat and photos/dog, then \`npm run train ./photos\`.
`;

/** A handwritten seven, 56x56, black on white: drawn for this project. */
const SEVEN =
  'iVBORw0KGgoAAAANSUhEUgAAADgAAAA4BAMAAABaqCYtAAAAGFBMVEX////f39+/v7+enp5kZGRAQEAeHh4AAABEiyL7AAAAzUlEQVR42u3UsQ3CMBSE4TMwACKRaAkLwAhMwXoMgMQiFDAAilJDkwUCFJaVu7NhAXhFLPlT8rtxgP98nxCXatPR5uLWE4b9Sl65HwAAk/hUQw3CUG5GHHrdHeIyAwC8Tjs6Y4OWEY/jiMsGV/6szBbP7hOGbUoWcIqULGCFlCzgmMyRkjlSMkdK5kjJDDmZIScz5GSGnHSUpKMkHSXpKElDTRpq0lCThppUtKSiJRUtqWhJQU8K1pYUXFtScG5JwYsl0xWM97A9/+Zf8w2K+DdrqMZG+wAAAABJRU5ErkJggg==';
