// The pictures of one request.
import type { RawPicture } from '../engine/picture-states.ts';
import { Refusal } from '../refusal.ts';

export interface RequestPictures {
  /** Whether the response is a list, even of one. */
  readonly many: boolean;
  /** At least one. */
  readonly pictures: readonly NamedPicture[];
}

export interface NamedPicture {
  /** The picture, or why there is none in its place: the others are classified all the same. */
  readonly picture: RawPicture | Refusal;
  /** What the sender calls the file. */
  readonly file?: string | undefined;
}

/** What `make` makes, or its refusal. */
export function orRefusal<T>(make: () => T): T | Refusal {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
