// The types of TensorFlow.js for the package, which does not depend on it: set-up fetches it, outside of the user's project.
// All declarations that the compiled ones reach are copied, and name each other by their paths.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { filesUnder } from './files/index.mjs';
import { root } from './paths.mjs';

const scope = join(root, 'node_modules', '@tensorflow');

/** Where it begins: what our sources import. */
const entry = '@tensorflow/tfjs-node-gpu';

/** Of other backends, and of the types of other packages that a user would have to install: what is left out. */
const leftOut = /^(?:export \* from '@tensorflow\/tfjs-backend-\w+';|\/\/\/ <reference types="(?!node).*)$/gm;

/** What follows `from`, `import`, `import(` or `declare module` in a declaration. */
const specifier = /(\bfrom |\bimport |\bimport\(|\bdeclare module )(['"])([^'"]+)\2/g;

/** These declarations are not valid under `strict`; what is declared in them is, for whoever imports it. */
const unchecked = '// @ts-nocheck\n';

/**
 * @param {string} dist - the folder of compiled files; gets a folder `tensorflow`, and declarations in it that import
 * TensorFlow.js are changed to import from there.
 */
export function putTfjsTypes(dist) {
  const target = join(dist, 'tensorflow');
  /** @param {string} path - in node_modules */
  const placeOf = (path) => join(target, relative(scope, path));
  const first = declarationOf(entry, '');
  const [found, wanted] = [new Set([first]), [first]];
  for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
    const from = path;
    const text = readFileSync(path, 'utf8').replace(leftOut, '');
    const changed = text.replace(specifier, (all, word, quote, name) => {
      if (!/^(\.|@tensorflow\/)/.test(name)) return all;
      const named = declarationOf(name, from);
      if (!found.has(named)) wanted.push(named);
      found.add(named);
      return `${word}${quote}${importOf(placeOf(named), placeOf(from))}${quote}`;
    });
    mkdirSync(dirname(placeOf(path)), { recursive: true });
    writeFileSync(placeOf(path), unchecked + changed);
  }
  for (const path of filesUnder(dist).filter((path) => path.endsWith('.d.ts') && !path.startsWith(target))) {
    const text = readFileSync(path, 'utf8');
    const changed = text.replace(specifier, (all, word, quote, name) =>
      name === entry ? `${word}${quote}${importOf(placeOf(first), path)}${quote}` : all,
    );
    if (changed !== text) writeFileSync(path, changed);
  }
}

/**
 * The declarations that a module's name means.
 * @param {string} name
 * @param {string} from - the file that imports it
 */
function declarationOf(name, from) {
  const base = name.startsWith('.')
    ? join(dirname(from), name)
    : join(scope, name.replace(/^@tensorflow\//, ''));
  const paths = [`${base}.d.ts`, join(base, 'index.d.ts'), join(base, 'dist', 'index.d.ts')];
  const path = paths.find((path) => existsSync(path));
  if (path === undefined) throw new Error(`${from} imports the types of ${name}, which are not there`);
  return path;
}

/**
 * @param {string} declarations
 * @param {string} from
 */
function importOf(declarations, from) {
  const path = relative(dirname(from), declarations).replace(/\.d\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}
