// Names a module that is loaded by its address, and loads it: TypeScript in a checkout, JavaScript where it is compiled.
import { isCompiled } from './is-compiled.mjs';

/**
 * The address of a module of ours beside another one, of the same kind: a source finds sources, a compiled file compiled ones.
 * @param {string} name relative and without extension, for example `./worker`
 * @param {string} caller `import.meta.url` of the module that asks
 */
export function moduleBeside(name, caller) {
  return new URL(`${name}${caller.endsWith('.ts') ? '.ts' : '.js'}`, caller);
}

/** Not plain names where they are imported: the package is without them, and a bundler would look for them. */
const COMPILED = './compiled.mjs';
const LOADER = 'tsx/esm/api';

/**
 * Imports a module of ours, which begins a thread or process, by its address. In a checkout it is compiled first: a TypeScript
 * loader would take 20 MB in each, and half a second.
 * @param {string} address
 */
export async function importEntry(address) {
  if (!address.endsWith('.ts')) return import(address);
  const { load } = await import(new URL(COMPILED, import.meta.url).href);
  return load(address);
}

/**
 * Imports a module that is not ours by its address, through the TypeScript loader where it needs that.
 * @param {string} address
 */
export async function importSource(address) {
  if (address.endsWith('.ts')) (await import(LOADER)).register();
  return import(address);
}

/**
 * Imports a module of ours by its address, in the form in which the modules of this process are: each is there once.
 * @param {string} address
 */
export function importRunning(address) {
  return isCompiled ? importEntry(address) : importSource(address);
}
