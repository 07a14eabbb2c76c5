// What goes wrong in a user's own code, in words: what it was doing, what was thrown, and where in their file.
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../../models/errors.ts';
import { root } from '../../setup/paths.mjs';

/**
 * The error for whoever wrote the code: no stack trace, but the place.
 * @param what - What could not be done: `trainyard.config.ts could not be loaded`.
 */
export function ownError(what: string, error: unknown): UserError {
  if (error instanceof UserError) return new UserError(`${what}: ${error.message}`, { cause: error });
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  const place = error instanceof Error ? placeIn(error.stack) : undefined;
  return new UserError(`${what}: ${name}${messageOf(error)}${place === undefined ? '' : ` (${place})`}`, {
    cause: error,
  });
}

/** The first line of a stack that is in somebody's source: code that was made of it is mapped back by Node. */
function placeIn(stack: unknown): string | undefined {
  // Who throws may have put anything there.
  if (typeof stack !== 'string') return undefined;
  for (const line of stack.split('\n').slice(1)) {
    const [, url, path, place] =
      /(?:\(|at )(?:(file:\/\/[^)\s]+?)|(\/[^)]+?)):(\d+:\d+)\)?$/.exec(line) ?? [];
    const file = url === undefined ? path : pathOf(url);
    if (file === undefined || !/\.(m?ts|m?js)$/.test(file) || isOurs(file)) continue;
    return `${file}:${place}`;
  }
  return undefined;
}

function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    // Of another machine, or with an encoded slash: no file here.
    return undefined;
  }
}

/** Folders of the code that user code calls: a mistake that it finds was made by its caller. */
const OURS = ['export', 'models', 'public', 'setup', 'train', '.trainyard/compiled'].map(
  (name) => join(root, name) + sep,
);

function isOurs(file: string): boolean {
  return OURS.some((folder) => file.startsWith(folder));
}
