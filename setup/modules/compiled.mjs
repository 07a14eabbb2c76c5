// TypeScript of ours as JavaScript that Node runs by itself: an entry and what it imports of ours become a few files,
// which are made anew when a source has changed. The loader tsx would cost a command half of its start, 40 MB for the
// threads that it runs on, and a call for each function made, to give it its name. Not part of the package, whose files
// are JavaScript.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readJson, writeJson, writeWhole } from '../files/index.mjs';
import { root, stateFolder } from '../paths.mjs';

/**
 * What was made of entries: the file of each; the bytes of those and of what they import; the state of each source that they
 * were made of.
 * @typedef {{ root: string, made: Record<string, string>, files: Record<string, number>, sources: Record<string, string> }} Compiled
 */

/** Compiled as one: a module of ours that two of them import is there once, also where a process loads both. */
const PROCESSES = ['bin/main.ts', 'public/train.ts', 'train/memory/probe.ts', 'train/verify/stretch.ts'];

/** Files are named by their contents, so that several processes may write them at once, and one that runs keeps its own. */
const folder = join(stateFolder, 'compiled');

/** What the result depends on beside the sources. */
const besides = ['package-lock.json', 'setup/modules/compiled.mjs'];

/** What stands for a source's own address. */
const ADDRESS = '__trainyard_source';

/** Says of the code that runs whether it was compiled. */
const IS_COMPILED = join('setup', 'modules', 'is-compiled.mjs');

/** Builds of this process that are going on: they share a process of esbuild's, which goes with the last of them. */
let building = 0;

/** Files of older sources are removed at this age: until then a server of theirs may run, and read what it needs later. */
const removedAfterMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Imports a source as it is compiled; where nothing may be written, such as in a container, through the loader.
 * @param {string} source its address
 */
export async function load(source) {
  const address = await compiled(relative(root, fileURLToPath(source)));
  if (address !== undefined) return import(address);
  const { register } = await import('tsx/esm/api');
  register();
  return import(source);
}

/**
 * Compiles an entry, unless it is there already.
 * @param {string} entry its path in the checkout, such as `serve/sessions/worker.ts`
 * @returns {Promise<string | undefined>} the address to import; undefined when it cannot be kept
 */
export async function compiled(entry) {
  const entries = PROCESSES.includes(entry) ? PROCESSES : [entry];
  const list = join(folder, `${entries[0]?.replaceAll('/', '-')}.json`);
  const known = readJson(list);
  if (isCurrent(known)) return addressOf(entry, known);
  const { outputs, ...result } = await compile(entries);
  try {
    for (const { path, contents } of outputs) if (!isWhole(path, contents.length)) writeWhole(path, contents);
    writeJson(list, result);
    removeOld();
  } catch {
    return undefined;
  }
  return addressOf(entry, result);
}

/**
 * @param {string} entry
 * @param {Compiled} compiled
 */
function addressOf(entry, { made }) {
  return pathToFileURL(join(folder, made[entry] ?? '')).href;
}

/** @param {Compiled | undefined} known */
function isCurrent(known) {
  if (known?.root !== root || !known.made) return false;
  if (!Object.entries(known.files).every(([name, size]) => isWhole(join(folder, name), size))) return false;
  return Object.entries(known.sources).every(([path, state]) => stateOf(path) === state);
}

/**
 * A disk that was full leaves files that are cut.
 * @param {string} path
 * @param {number} size
 */
function isWhole(path, size) {
  return statSync(path, { throwIfNoEntry: false })?.size === size;
}

/** @param {string} path */
function stateOf(path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.mtimeMs} ${stats.size}`;
}

/** Removes what no entry is made of any more. */
function removeOld() {
  const names = readdirSync(folder);
  const lists = names.filter((name) => name.endsWith('.json'));
  const current = new Set(
    lists.flatMap((name) => [name, ...Object.keys(readJson(join(folder, name))?.files ?? {})]),
  );
  for (const name of names) {
    if (current.has(name)) continue;
    const path = join(folder, name);
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - written > removedAfterMs) rmSync(path, { force: true });
  }
}

/**
 * @param {readonly string[]} entries
 * @returns {Promise<Compiled & { outputs: import('esbuild').OutputFile[] }>}
 */
async function compile(entries) {
  const { build, stop } = await import('esbuild');
  const sources = Object.fromEntries(besides.map((path) => [path, stateOf(path)]));
  building++;
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    bundle: true,
    splitting: true, // what is imported later is read later
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    outdir: folder,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    write: false,
    metafile: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
    define: { 'import.meta.url': ADDRESS },
    plugins: [{ name: 'sources', setup: readSources }],
  }).finally(() => {
    building--;
    return building === 0 ? stop() : undefined;
  });

  /** @param {import('esbuild').PluginBuild} build */
  function readSources({ onLoad }) {
    onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => {
      const source = relative(root, path);
      sources[source] = stateOf(source); // before it is read: what changes later is noticed
      const text = readFileSync(path, 'utf8');
      if (source === IS_COMPILED) return { contents: text.replace('false', 'true'), loader: 'js' };
      // Files are looked for beside the source.
      const address = text.includes('import.meta.url')
        ? `const ${ADDRESS} = ${JSON.stringify(pathToFileURL(path).href)}; `
        : '';
      return { contents: address + text, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  }

  const made = Object.entries(metafile.outputs).flatMap(([path, { entryPoint }]) =>
    entryPoint === undefined ? [] : [[entryPoint, basename(path)]],
  );
  const files = Object.fromEntries(
    outputFiles.map(({ path, contents }) => [basename(path), contents.length]),
  );
  return { root, made: Object.fromEntries(made), files, sources, outputs: outputFiles };
}
