// The names of what is a user's own: as recipes write them, and none that is taken.
import { UserError } from '../../models/errors.ts';

/** @throws UserError for what is no name: runs, files and recipes are called by it. */
export function checkName(kind: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(name)) return;
  throw new UserError(
    `The name of ${kind} is ${JSON.stringify(name) ?? String(name)}: expected lower-case letters, digits and dashes, such as 'tiny-net'.`,
  );
}

/** @throws UserError for a name of ours: a recipe that says it would mean the one or the other. */
export function checkFree(kind: string, name: string, ours: readonly { readonly name: string }[]): void {
  if (ours.some((each) => each.name === name))
    throw new UserError(`Trainyard itself has ${kind} called ${name}: give yours another name.`);
}
