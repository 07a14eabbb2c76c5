// What a program may want to catch of a training: each a UserError, whose message says what to do about it.
import { UserError } from '../models/errors.ts';

/** The pictures cannot be trained on: none are there, there is one class only, they have changed since the run began. */
export class DataError extends UserError {
  override name = 'DataError';
}

/** Exit status of a training that diverged, by which a program tells it from one that could not be done. */
const DIVERGED = 3;

/** The training diverged: a loss or a weight is no number. The run's last checkpoint is from before. */
export class DivergedError extends UserError {
  override name = 'DivergedError';
  override readonly exitStatus = DIVERGED;
  /** Steps that were done. */
  readonly step: number;

  constructor(step: number, message: string) {
    super(message);
    this.step = step;
  }
}

/** There is not enough memory: the message names a batch size that would fit. What was saved before is kept. */
export class OutOfMemoryError extends UserError {
  override name = 'OutOfMemoryError';
}

/** Exit status of a training that could not write: it goes on when there is room. */
const NOT_WRITTEN = 4;

/** A file or a folder cannot be written, because the disk is full for example. What was saved before is kept. */
export class DiskError extends UserError {
  override name = 'DiskError';
  override readonly exitStatus = NOT_WRITTEN;
}

/** What went wrong with data as a DataError; what is of another kind stays as it is. */
export function asDataError(error: unknown): unknown {
  const isOfNoKind = error instanceof UserError && error.name === 'UserError';
  return isOfNoKind ? new DataError(error.message, { cause: error }) : error;
}
