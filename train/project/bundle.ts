// A user's module as one JavaScript file: itself and its own imports, without packages. The run keeps that file, so that
// it can be resumed, exported and looked at when the sources have changed since.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure, Message, Plugin, PluginBuild } from 'esbuild';
import { messageOf, UserError } from '../../models/errors.ts';
import { packageOf, packagesLine } from './packages-of.ts';
import { TRAINYARD } from './running-library.ts';

/** A module with all that it imports of its own. */
export interface Bundle {
  /**
   * JavaScript, an ES module; then a line with the packages that it imports, and one with its source map, in which the
   * sources are as they were.
   */
  readonly code: string;
  /** SHA-256 of the code without the map: comments do not change it, another version of a package does. */
  readonly sha256: string;
}

/**
 * Bundles a module in TypeScript or JavaScript. What it imports of packages stays outside.
 * @param path - Absolute.
 * @throws UserError for a syntax error, with file, line and column, or an import that is not there
 */
export async function bundle(path: string): Promise<Bundle> {
  const { build } = await loadEsbuild();
  const imported = new Map<string, string>();
  // A pipe would be read for ever.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new UserError(`${path} is no file: expected a module in TypeScript or JavaScript.`);
  try {
    const { outputFiles } = await build({
      entryPoints: [path],
      absWorkingDir: dirname(path),
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      legalComments: 'none',
      sourcemap: 'inline',
      // Node puts it right before the name of a source.
      sourceRoot: join(dirname(path), '/'),
      logLevel: 'silent',
      define: Object.fromEntries(Object.entries(PLACES).map(([text, { name }]) => [text, name])),
      plugins: [library, packagesInto(imported), places],
    });
    const text = outputFiles[0]?.text ?? '';
    // Behind the code, whose lines the map counts.
    const code = text.replace(MAP, (map) => `\n${packagesLine(imported)}${map.trimStart()}`);
    return { code, sha256: digestOf(code) };
  } catch (error) {
    if (!isFailure(error)) throw error;
    throw new UserError(error.errors.map((message) => lineOf(message, dirname(path))).join('\n'));
  }
}

const MAP = /\n\/\/# sourceMappingURL=[^\n]*\s*$/;

/** SHA-256 of bundled code, without its source map. */
export function digestOf(code: string): string {
  return createHash('sha256').update(code.replace(MAP, '\n')).digest('hex');
}

async function loadEsbuild(): Promise<typeof import('esbuild')> {
  try {
    return await import('esbuild');
  } catch (error) {
    throw new UserError(
      `esbuild, which reads recipe files, cannot be loaded: ${messageOf(error)}. Install the packages again: npm install`,
    );
  }
}

/** `trainyard/train` is the code that runs now, whatever copy of the package lies near the module. */
const library: Plugin = {
  name: 'trainyard-train',
  setup(setup) {
    setup.onResolve({ filter: /^trainyard\/train$/ }, () => ({ path: 'train', namespace: library.name }));
    setup.onLoad({ filter: /.*/, namespace: library.name }, () => ({
      contents: `module.exports = globalThis[Symbol.for(${JSON.stringify(TRAINYARD)})]`,
      loader: 'js',
    }));
  },
};

/**
 * Packages are imported by the address of the file that Node would take, since the bundle lies elsewhere.
 * @param imported - Gets the version of each.
 */
const packagesInto = (imported: Map<string, string>): Plugin => ({
  name: 'packages',
  setup(setup) {
    const known = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
    setup.onResolve({ filter: /^[^./]/ }, async (asked) => {
      const { path, kind, pluginData, ...place } = asked;
      if (kind === 'entry-point' || pluginData === SKIP) return undefined;
      if (known.has(path) || path.startsWith('node:')) return { path, external: true };
      const found = await outside(setup, path, { kind, ...place });
      if (found.path !== undefined && 'external' in found) {
        const { name, version } = packageOf(fileURLToPath(found.path));
        imported.set(name, version);
      }
      return found;
    });
  },
});

/** Marks what `outside` asks, which is not asked again. */
const SKIP = Symbol('skip');

async function outside(
  setup: PluginBuild,
  path: string,
  { kind, importer, resolveDir }: { kind: 'import-statement' | string; importer: string; resolveDir: string },
) {
  const found = await setup.resolve(path, {
    importer,
    resolveDir,
    kind: kind === 'require-call' ? 'require-call' : 'import-statement',
    pluginData: SKIP,
  });
  if (found.errors.length > 0)
    return {
      errors: [
        { text: `imports ${JSON.stringify(path)}, which is not there: install it, or correct the name` },
      ],
    };
  // A package of the same repository is the user's own code.
  if (!/[\\/]node_modules[\\/]/.test(found.path)) return { path: found.path };
  return { path: pathToFileURL(found.path).href, external: true };
}

/** What a file knows of where it is, with the constant that says it in the bundle. */
const PLACES: Readonly<Record<string, { readonly name: string; of(path: string): string }>> = {
  'import.meta.url': { name: '__trainyard_url', of: (path) => pathToFileURL(path).href },
  'import.meta.dirname': { name: '__trainyard_dirname', of: dirname },
  'import.meta.filename': { name: '__trainyard_filename', of: (path) => path },
  __dirname: { name: '__trainyard_dirname', of: dirname },
  __filename: { name: '__trainyard_filename', of: (path) => path },
};

/** The files keep their addresses, by which they find data beside them. */
const places: Plugin = {
  name: 'places',
  setup(setup) {
    setup.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const asked = Object.entries(PLACES).filter(([place]) => text.includes(place));
      const constants = new Map(asked.map(([, { name, of }]) => [name, JSON.stringify(of(path))]));
      const line = [...constants].map(([name, value]) => `const ${name} = ${value};`).join('');
      const kind = extname(path).replace(/^\.[cm]?/, '');
      return { contents: line + text, loader: kind === 'ts' || kind === 'tsx' ? kind : 'js' };
    });
  },
};

function isFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

function lineOf({ text, location }: Message, base: string): string {
  if (location === null) return text;
  const file = relative(process.cwd(), resolve(base, location.file));
  const shown = file.startsWith('..') ? resolve(base, location.file) : file;
  return `${shown}:${location.line}:${location.column + 1}: ${text}`;
}
