// The error of a table that can be read in two ways.
import { UserError } from '../../../../models/errors.ts';

/** A table that lists pictures, but can be read in two ways: nothing else is looked for in its place. */
export class NotCertain extends UserError {}
