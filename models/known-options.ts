// Options of a function that anybody calls: one that it does not know is a mistake of spelling, not to be passed over.
import { UserError } from './errors.ts';
import { suggestion } from './nearest.ts';

/** Every option of a function, so that the compiler finds one that is missing here. */
export type EveryOption<Options> = Readonly<Record<keyof Options, true>>;

/**
 * @param caller - what messages call the function: `toOnnx`.
 * @param given - what it was called with.
 * @throws UserError such as `toOnnx has no option "fille". Did you mean file?`
 */
export function checkOptions(caller: string, given: object, known: object): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    throw new UserError(
      `${caller} has no option ${JSON.stringify(unknown)}. ${suggestion(unknown, Object.keys(known))}`,
    );
}
