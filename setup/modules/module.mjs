// Names a module that is loaded by its address, and loads it: TypeScript in a checkout, JavaScript where it is compiled.

/**
 * The address of a module of ours beside another one, of the same kind: a source finds sources, a compiled file compiled ones.
 * @param {string} name relative and without extension, for example `./worker`
 * @param {string} caller `import.meta.url` of the module that asks
 */
export function moduleBeside(name, caller) {
  return new URL(`${name}${caller.endsWith('.ts') ? '.ts' : '.js'}`, caller);
}

/**
 * Imports a module for a thread by its address. In a checkout it is compiled first: a TypeScript loader would take 20 MB
 * in each thread.
 * @param {string} address
 */
export async function importForThread(address) {
  if (!address.endsWith('.ts')) return import(address);
  // Not by a plain name: the package is without this file.
  const { load } = await import(new URL('./compiled.mjs', import.meta.url).href);
  return load(address);
}

/** Not a plain name where it is imported: the package is without it, and a bundler would look for it. */
const LOADER = 'tsx/esm/api';

/**
 * Imports a module for a process by its address. In a checkout through the TypeScript loader, as the commands are: a
 * child that measures a training's memory has the same share of it.
 * @param {string} address
 */
export async function importForProcess(address) {
  if (address.endsWith('.ts')) (await import(LOADER)).register();
  return import(address);
}
