// One picture as a worker gets it.

import type { Picture } from '../../models/image/picture.ts';
import type { PlainHeader } from '../decode/header.ts';

/** What a worker makes a model's input from. Its size is known, so that its cost can be estimated. */
export type PictureInput =
  /** A JPEG or PNG, which the worker decodes. */
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array; readonly header: PlainHeader }
  /** Pixels. */
  | { readonly kind: 'picture'; readonly picture: Picture }
  /** The model's own input, `[H,W,C]` uint8. */
  | { readonly kind: 'input'; readonly data: Uint8Array };

/** The part of a job that goes to a worker. */
export interface WorkerJob {
  /** The worker's results name it. */
  readonly id: number;
  /** Key of the model's session. */
  readonly key: string;
  readonly input: PictureInput;
  /** It takes long, or a worker has ended while it had it: it runs alone, after the others. */
  readonly alone: boolean;
}
