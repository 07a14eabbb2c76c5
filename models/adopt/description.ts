// What is known of the pictures that a network from elsewhere takes, by whatever says so.
import type { Prepare } from '../image/prepare.ts';

/** What a file or a person says of the pictures that a network takes. */
export interface InputDescription {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: number;
  readonly layout?: 'nchw' | 'nhwc';
  readonly order?: 'rgb' | 'bgr';
  /** On a scale from 0 to 1, one for all channels or one for each. */
  readonly standardize?: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  readonly prepare?: Prepare;
}
