// Makes the files of the browser entry: each is complete in itself, so that bundlers may copy them wherever they like.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';

const require = createRequire(import.meta.url);
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const onnxruntime = (name: string) => require.resolve(`onnxruntime-web/${name}`);
const runtime = onnxruntime('ort-wasm-simd-threaded.wasm');

/** Where what never changes under its name is: the server, the service worker and web hosts keep it. */
const folder = 'assets';

/**
 * The files by name, relative to the entry's folder. What the entries fetch has a hash in its name; the entries' own names
 * are what package.json exports.
 */
export async function browserFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const renamed = new Map<string, string>();
  const add = (name: string, bytes: Uint8Array) => {
    const hashed = `${folder}/${withHash(name, bytes)}`;
    files.set(hashed, bytes);
    renamed.set(`'./${name}'`, `'./${hashed}'`);
  };
  // Classic scripts: a module worker would be one more thing that bundlers and hosts treat in their own ways.
  const worker = { define: { 'import.meta.url': 'self.location.href' }, plugins: [withoutImport] };
  await Promise.all([
    bundle('component/wasm-worker.ts', 'iife', worker).then((code) => add('wasm-worker.js', code)),
    bundle('component/webgpu-worker.ts', 'iife', worker).then((code) => add('webgpu-worker.js', code)),
    bundle('component/hub-worker.ts', 'iife', worker).then((code) => add('hub-worker.js', code)),
    bundle('component/layers-script.ts', 'iife', worker).then((code) => add('layers.js', code)),
    ...[runtime, onnxruntime('ort-wasm-simd-threaded.asyncify.wasm')].map(async (path) =>
      add(basename(path), await readFile(path)),
    ),
  ]);
  const define = { RUNTIME_BYTES: String((await stat(runtime)).size) };
  const beside = { ...worker.define, RUNTIME_FILE: renamed.get(`'./${basename(runtime)}'`) ?? '' };
  const teaching = { define: { ...define, ...beside }, plugins: worker.plugins };
  files.set('teach-worker.js', await bundle('teach/worker/index.ts', 'iife', teaching));
  const entry = { define, plugins: [addresses(renamed)] };
  files.set('trainyard.js', await bundle('component/index.ts', 'esm', entry));
  const react = await bundle('react/index.ts', 'esm', { plugins: [besideEntry] });
  // What React's servers are told of a module with a hook.
  files.set('react.js', Buffer.concat([Buffer.from("'use client';"), react]));
  files.set('element.js', await bundle('element/index.ts', 'esm', { plugins: [besideEntry] }));
  return files;
}

/** One module with all that it imports. */
async function bundle(
  path: string,
  format: 'esm' | 'iife',
  { define = {}, plugins = [] }: { define?: Record<string, string>; plugins?: Plugin[] } = {},
): Promise<Uint8Array> {
  const { output } = await build({
    input: at(path),
    plugins,
    platform: 'browser',
    resolve: {
      conditionNames: ['module', 'browser', 'import'],
      // protobufjs does without them: of a model file the worker reads no whole numbers of 64 bits, and nobody calls procedures.
      alias: { long: false, './rpc': false },
    },
    transform: { target: 'es2022', define },
    output: { format, minify: true, codeSplitting: false, comments: false },
    write: false,
  });
  const [chunk, ...more] = output;
  if (more.length > 0) throw new Error(`${path} became ${output.length} files, expected one`);
  return Buffer.from(chunk.code);
}

/**
 * Takes the `import()` out of onnxruntime: it fetches a loader that is here already, and Vite's development server makes of a
 * script that has one a module, as which it does not run.
 */
const withoutImport: Plugin = {
  name: 'without-import',
  transform(code, path) {
    if (!path.includes('onnxruntime-web')) return null;
    return code.replace(
      /import\(\/\*webpackIgnore:true\*\/[^)]*\)/,
      'Promise.reject(Error("onnxruntime is not here"))',
    );
  },
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk' && /\bimport\b/.test(chunk.code))
        throw new Error(`${chunk.fileName} imports something: it must be complete in itself`);
  },
};

/** Writes the names with their hashes into component/addresses.ts. */
function addresses(renamed: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'addresses',
    transform(code, path) {
      if (!path.endsWith('component/addresses.ts')) return null;
      let changed = code;
      for (const [name, hashed] of renamed) {
        if (!code.includes(name)) throw new Error(`${path} does not name ${name}`);
        changed = changed.replaceAll(name, hashed);
      }
      return changed;
    },
  };
}

/** The other entries import the first, and React, of which a page must have one. */
const besideEntry: Plugin = {
  name: 'beside-entry',
  async resolveId(source, importer) {
    if (source === 'react') return { id: source, external: true };
    const found = await this.resolve(source, importer);
    return found?.id === at('component/index.ts') ? { id: './trainyard.js', external: true } : null;
  },
};

function withHash(name: string, bytes: Uint8Array): string {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 8);
  return `${basename(name, extname(name))}-${hash}${extname(name)}`;
}

/**
 * The entry's address for the page, which is of one build with it: with its hash, though its name must not change.
 *
 * @param bytes - of `trainyard.js`.
 */
export function entryAddress(bytes: string | Uint8Array): string {
  return `browser/trainyard.js?v=${createHash('sha256').update(bytes).digest('base64url').slice(0, 8)}`;
}

/** What a web server says that a file is. */
export function contentType(name: string): string {
  return extname(name) === '.wasm' ? 'application/wasm' : 'text/javascript';
}
