// The files of a new project.
import { basename, join, resolve } from 'node:path';
import { readJson } from '../../setup/files/index.mjs';
import { isCheckout, packageFolder, version } from '../../setup/paths.mjs';
import { config, dockerfile, page, readme, server, seven, test, tsconfig } from './templates.ts';

/** What is in them, by their paths. @param folder - of the project, whose name the package has. */
export function projectFiles(folder: string): Readonly<Record<string, string | Uint8Array>> {
  return {
    'package.json': `${JSON.stringify(packageOf(basename(folder)), null, 2)}\n`,
    '.gitignore': ['node_modules/', 'runs/', 'models/', 'predictions-*.csv', ''].join('\n'),
    '.dockerignore': ['node_modules/', 'runs/', ''].join('\n'),
    'README.md': readme(basename(folder)),
    'trainyard.config.ts': config,
    'tsconfig.json': tsconfig,
    'server.js': server,
    'page.html': page,
    'classify.test.js': test,
    'pictures/seven.png': seven,
    Dockerfile: dockerfile,
  };
}

function packageOf(folder: string): object {
  const scripts = ['setup', 'train', 'report', 'export', 'predict'];
  return {
    name: packageName(folder),
    private: true,
    type: 'module',
    scripts: {
      ...Object.fromEntries(scripts.map((name) => [name, `trainyard ${name}`])),
      start: 'node server.js',
      test: 'node --test',
    },
    dependencies: { trainyard: origin() },
  };
}

/** Characters that npm takes. Reference: validate-npm-package-name */
const LONGEST_NAME = 214;

/** A name that npm takes. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, LONGEST_NAME)
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
