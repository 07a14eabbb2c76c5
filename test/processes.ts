// Which test files share a process with others, and which have one of their own.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders whose tests call our code in the test's process, and leave that as they met it: leaves-nothing.ts looks. */
const SHARED = [
  ...['diff', 'files', 'inspect', 'parity', 'passes', 'tfjs', 'verify'].map((name) => `export/${name}`),
  ...['hub', 'models', 'serve/engine', 'serve/upload', 'web-demo/page'],
  ...['augment', 'layers', 'layers-model', 'optimizers'].map((name) => `train/${name}`),
];

/** Files in them that need a process of their own. */
const ALONE = [
  // It sets variables of the environment for as long as it runs.
  'hub/use.test.ts',
];

/**
 * Every test file, as a path from the checkout's folder.
 *
 * @throws Error for a name above that is no test file's.
 */
export function testFiles(): { readonly alone: string[]; readonly shared: string[] } {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
  const gone = ALONE.filter((path) => !files.includes(path));
  if (gone.length > 0)
    throw new Error(`test/processes.ts names ${gone}, which is no test file: leave it out.`);
  const isShared = (path: string) =>
    SHARED.some((folder) => path.startsWith(`${folder}/`)) && !ALONE.includes(path);
  const fromCheckout = (path: string) => join('test', path);
  return {
    alone: files.filter((path) => !isShared(path)).map(fromCheckout),
    shared: files.filter(isShared).map(fromCheckout),
  };
}
