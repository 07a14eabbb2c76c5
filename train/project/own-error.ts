// What goes wrong in a user's own code, in words: what it was doing, what was thrown, and where in their file.
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../../models/errors.ts';

/**
 * The error for whoever wrote the code: no stack trace, but the place.
 * @param what - What could not be done: `trainyard.config.ts could not be loaded`.
 */
export function ownError(what: string, error: unknown): UserError {
  if (error instanceof UserError) return new UserError(`${what}: ${error.message}`, { cause: error });
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  const place = error instanceof Error ? placeIn(error.stack ?? '') : undefined;
  return new UserError(`${what}: ${name}${messageOf(error)}${place === undefined ? '' : ` (${place})`}`, {
    cause: error,
  });
}

/** The first line of a stack that is in somebody's source: code that was made of it is mapped back by Node. */
function placeIn(stack: string): string | undefined {
  for (const line of stack.split('\n').slice(1)) {
    const [, url, path, place] =
      /(?:\(|at )(?:(file:\/\/[^)\s]+?)|(\/[^)]+?)):(\d+:\d+)\)?$/.exec(line) ?? [];
    const file = url === undefined ? path : fileURLToPath(url);
    if (file === undefined || !/\.(m?ts|m?js)$/.test(file)) continue;
    return `${file}:${place}`;
  }
  return undefined;
}
