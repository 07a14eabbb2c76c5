// The pictures of one request.
import type { RawPicture } from '../engine/picture-states.ts';

export interface RequestPictures {
  /** Whether the response is a list, even of one. */
  readonly many: boolean;
  /** At least one. */
  readonly pictures: readonly NamedPicture[];
}

export interface NamedPicture {
  readonly picture: RawPicture;
  /** What the sender calls the file. */
  readonly file?: string | undefined;
}
