// Validation images of a published data set: a stratified share of its training images, chosen from a seed.
import { UserError } from '../../models/errors.ts';
import { permutation, random } from '../random.ts';
import { type Labels, type MemorySplit, sharedLabels } from './dataset.ts';

/** Which images validate: so many of those to train on, or the test images, as publications that keep no others do. */
export type Validation = number | 'test';

/** The images are the same in every training: its seed decides other things. */
const SEED = 1;

/**
 * Parts the training images of a data set: `[N,H,W,C]` each, in their former order. Every class gives its share of the
 * `wanted` images, to the next whole number. The images stay where they are in memory but for those of the smaller part.
 * @throws UserError where no image would be left to train on
 */
export function holdOut(
  name: string,
  split: MemorySplit,
  wanted: number,
): { train: MemorySplit; validation: MemorySplit } {
  if (wanted >= split.n)
    throw new UserError(
      `${wanted} of the ${split.n} training images of ${name} cannot validate: expected fewer, such as ${Math.max(1, Math.floor(split.n / 10))}.`,
    );
  const kept = new Set(stratified(split.labels, wanted));
  const size = split.images.length / split.n;
  const images = new Uint8Array(new SharedArrayBuffer(wanted * size));
  const [trained, validating]: [number[], number[]] = [[], []];
  for (let index = 0; index < split.n; index++) {
    const image = split.images.subarray(index * size, (index + 1) * size);
    if (kept.has(index)) images.set(image, validating.push(index) * size - size);
    // It moves toward the front, over images that have been moved themselves.
    else split.images.set(image, trained.push(index) * size - size);
  }
  const labelsOf = (indices: readonly number[]) =>
    sharedLabels(
      indices.map((index) => split.labels[index] ?? 0),
      split.labels.BYTES_PER_ELEMENT === 1 ? 256 : 65_536,
    );
  const n = trained.length;
  return {
    train: { images: split.images.subarray(0, n * size), labels: labelsOf(trained), n },
    validation: { images, labels: labelsOf(validating), n: wanted },
  };
}

/** Places of `wanted` images: of each class its share, the remainders to the classes that lose most by rounding down. */
function stratified(labels: Labels, wanted: number): number[] {
  const places = new Map<number, number[]>();
  for (const [index, label] of labels.entries()) {
    const own = places.get(label);
    if (own === undefined) places.set(label, [index]);
    else own.push(index);
  }
  const shares = [...places]
    .map(([label, own]) => {
      const exact = (wanted * own.length) / labels.length;
      return { label, own, count: Math.floor(exact), lost: exact % 1 };
    })
    .sort((a, b) => b.lost - a.lost || a.label - b.label);
  const missing = wanted - shares.reduce((sum, { count }) => sum + count, 0);
  return shares.flatMap(({ label, own, count }, i) => {
    const order = permutation(own.length, random(SEED, 'validation', label));
    return [...order.subarray(0, count + (i < missing ? 1 : 0))].map((place) => own[place] ?? 0);
  });
}
