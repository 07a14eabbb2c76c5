// Checks one picture and its label of a user's data, and says which of them is wrong.

import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { nearest } from '../../models/nearest.ts';
import { sizeOf } from '../../models/shape.ts';
import type { OwnLabel } from './define-dataset.ts';

/** What is known of a split, by which its examples are held. */
export interface Checks {
  readonly shape: Shape;
  /** Values of one picture. */
  readonly size: number;
  readonly classes: number;
  /** The picture's bytes; `target` is filled with them where they are not bytes yet. */
  bytesOf(image: unknown, index: number, target: Uint8Array): Uint8Array;
  /** The label as the index of its class. */
  classOf(label: unknown, index: number): number;
  /** `The valid pictures of bars: <fault>.` */
  error(fault: string): UserError;
}

/** The checks of one split. */
export function checksOf(about: {
  readonly dataset: string;
  readonly split: 'train' | 'valid' | 'test';
  readonly labels: readonly string[];
  readonly shape: Shape;
}): Checks {
  const { dataset, split, labels, shape } = about;
  const size = sizeOf(shape);
  const places = new Map(labels.map((label, i) => [label, i]));
  const error = (fault: string) =>
    new UserError(`The data set ${dataset} cannot be used: its ${split} ${fault}.`);
  return {
    shape,
    size,
    classes: labels.length,
    error,
    bytesOf(image, index, target) {
      if (!isArrayLike(image))
        throw error(`has a picture ${index} that is ${inWords(image)}: expected ${size} bytes, [${shape}]`);
      if (image.length !== size)
        throw error(`has a picture ${index} of ${image.length} values: expected ${size}, [${shape}]`);
      if (image instanceof Uint8Array) return image;
      for (let i = 0; i < size; i++) target[i] = byteOf(image[i], index, error);
      return target;
    },
    classOf(label, index) {
      const place = typeof label === 'string' ? places.get(label) : label;
      if (typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < labels.length)
        return place;
      const guess = typeof label === 'string' ? nearest(label, labels) : undefined;
      throw error(
        `has the label ${inWords(label)} at picture ${index}${guess === undefined ? '' : ` (${guess}?)`}: expected a whole number from 0 to ${labels.length - 1}, or one of ${labels.slice(0, 5).join(', ')}${labels.length > 5 ? ', ...' : ''}`,
      );
    },
  };
}

function byteOf(value: unknown, index: number, error: (fault: string) => UserError): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255) return value;
  const scale =
    typeof value === 'number' && value > 0 && value < 1
      ? ' (values from 0 to 1 become bytes by Uint8ClampedArray.from(values, (value) => 255 * value))'
      : '';
  throw error(
    `has the value ${inWords(value)} in picture ${index}: expected whole numbers from 0 to 255${scale}`,
  );
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number';
}

function inWords(value: OwnLabel | unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
