// A copy of this checkout as a clone has it, to try commands in: without what was made, trained or exported here.
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../setup/paths.mjs';
import { copyShipped } from './shipped.ts';

/** What a clone does not have, or what is copied apart. */
const LEFT_OUT = new Set([
  ...['.git', '.trainyard', '.venv', 'dist', 'exports', 'node_modules', 'runs', 'shared'],
  join('models', 'repository'),
]);

/**
 * @param folder - where it is made.
 * @param without - packages, or scopes of packages, that its node_modules does not link to.
 */
export function copyCheckout(folder: string, without: readonly string[] = []): void {
  cpSync(root, folder, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(root, path)) });
  copyShipped(join(folder, 'models', 'repository'));
  // npm's list of what is installed, a hidden file, among them: without it set-up would install into the linked packages.
  const packages = join(root, 'node_modules');
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(packages))
    if (!without.includes(name)) symlinkSync(join(packages, name), join(folder, 'node_modules', name));
}
