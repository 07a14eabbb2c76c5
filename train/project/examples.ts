// Checks one picture of a user's data and its label, or its targets, and says which of them is wrong.
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { nearest } from '../../models/nearest.ts';
import { sizeOf } from '../../models/shape.ts';
import type { TargetTask } from '../tasks/task.ts';

/** What is known of a split, by which its examples are held. */
export interface Checks {
  readonly shape: Shape;
  /** Values of one picture. */
  readonly size: number;
  /** Undefined where each picture has one class. */
  readonly task: TargetTask | undefined;
  readonly classes: number;
  /** The picture's bytes; `target` is filled with them where they are not bytes yet. */
  bytesOf(image: unknown, index: number, target: Uint8Array): Uint8Array;
  /** The label as the index of its class. */
  classOf(label: unknown, index: number): number;
  /** The targets of a picture, `[K]`: of several labels 1 for each that it has. */
  targetsOf(targets: unknown, index: number): ArrayLike<number>;
  /** `The valid pictures of bars: <fault>.` */
  error(fault: string): UserError;
}

/** The checks of one split. */
export function checksOf(about: {
  readonly dataset: string;
  readonly split: 'train' | 'valid' | 'test';
  readonly task?: TargetTask | undefined;
  readonly labels: readonly string[];
  readonly shape: Shape;
}): Checks {
  const { dataset, split, task, labels, shape } = about;
  const size = sizeOf(shape);
  const places = new Map(labels.map((label, i) => [label, i]));
  const error = (fault: string) =>
    new UserError(`The data set ${dataset} cannot be used: its ${split} ${fault}.`);
  const guess = (label: unknown) => {
    const found = typeof label === 'string' ? nearest(label, labels) : undefined;
    return found === undefined ? '' : ` (${found}?)`;
  };
  const named = `${labels.slice(0, 5).join(', ')}${labels.length > 5 ? ', ...' : ''}`;
  return {
    ...{ shape, size, task, classes: labels.length, error },
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
      throw error(
        `has the label ${inWords(label)} at picture ${index}${guess(label)}: expected a whole number from 0 to ${labels.length - 1}, or one of ${named}`,
      );
    },
    targetsOf(targets, index) {
      const own: unknown = typeof targets === 'number' ? [targets] : targets;
      const expected =
        task === 'multi'
          ? `the names of the labels that the picture has, of ${named}, or ${labels.length} of 0 and 1`
          : `${labels.length === 1 ? 'a number' : `${labels.length} numbers, of ${named}`}`;
      const wrong = (has: string) => error(`has ${has} at picture ${index}: expected ${expected}`);
      if (!isArrayLike(own) || typeof own === 'string') throw wrong(`the targets ${inWords(targets)}`);
      const values = Array.from(own);
      // A picture may have no label: a row of none is of names.
      if (task === 'multi' && values.every((each) => typeof each === 'string')) {
        const row = new Float32Array(labels.length);
        for (const name of values) {
          const place = places.get(name);
          if (place === undefined) throw wrong(`the label ${inWords(name)}${guess(name)}`);
          row[place] = 1;
        }
        return row;
      }
      if (values.length !== labels.length) throw wrong(`${values.length} targets`);
      return values.map((value) => {
        if (
          typeof value === 'number' &&
          (task === 'multi' ? value === 0 || value === 1 : Number.isFinite(value))
        )
          return value;
        throw wrong(`the target ${inWords(value)}`);
      });
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

/** Whether it has a length, as arrays and typed arrays have. */
export function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number';
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
