// Makes the batch of any step: which examples are in it, shuffled, augmented and mixed.
import { augmentImage } from '../augment/image.ts';
import { type Mix, mixOf } from '../augment/mix.ts';
import { imagesOf, targetCount } from '../datasets/dataset.ts';
import { balanced, type Order, shuffled } from './order.ts';
import type { BatchOptions } from './types.ts';

/** Where a batch goes: `[B,H,W,C]` uint8, and `[B]` of labels; see `Batch` for what they mean. */
export interface Slot {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  readonly others: Int32Array;
  readonly shares: Float32Array;
  /** `[B,K]`; empty where the split has no targets. */
  readonly targets: Float32Array;
}

/** Memory for `batchSize` images of `imageSize` bytes and so many targets each, of this thread alone. */
export function createSlot(batchSize: number, imageSize: number, targets = 0): Slot {
  return {
    images: new Uint8Array(batchSize * imageSize),
    labels: new Int32Array(batchSize),
    others: new Int32Array(batchSize),
    shares: new Float32Array(batchSize),
    targets: new Float32Array(batchSize * targets),
  };
}

/** Whole batches in an epoch; each shuffle leaves other images out. */
export function stepsPerEpoch({ split, batchSize }: Pick<BatchOptions, 'split' | 'batchSize'>): number {
  return Math.floor(split.n / batchSize);
}

/** Images of a batch that are made. */
export function batchRows({ batchSize, part }: Pick<BatchOptions, 'batchSize' | 'part'>): number {
  return batchSize / (part?.of ?? 1);
}

/** More epochs than a training has; odd, for what alternates. */
const NEVER = 1_000_003;

/** A function that writes the batch of a step, counted over the whole run, into a slot. */
export function createBatches(options: BatchOptions): (step: number, slot: Slot) => void {
  const { split, shape, batchSize, seed, augment, transforms, part, sampling } = options;
  const { targets } = split;
  const steps = stepsPerEpoch(options);
  const rows = batchRows(options);
  const imageSize = shape[0] * shape[1] * shape[2];
  let orderedEpoch = -1;
  let order: Order = { pictures: new Uint32Array(), repeats: new Uint32Array() };
  const viewOf = (epoch: number, index: number) =>
    augmentImage(imagesOf(split, index, index + 1), shape, augment, { seed, epoch, index }, transforms);

  return (step, slot) => {
    const epoch = Math.floor(step / steps);
    if (epoch !== orderedEpoch) {
      order = sampling === 'balanced' ? balanced(split, seed, epoch) : shuffled(split.n, seed, epoch);
      orderedEpoch = epoch;
    }
    const first = (step % steps) * batchSize + (part?.index ?? 0) * rows;
    for (let row = 0; row < rows; row++) {
      const index = order.pictures[first + row] ?? 0;
      // A picture that comes again looks as it would in an epoch that never comes.
      const time = epoch + (order.repeats[first + row] ?? 0) * NEVER;
      const view = viewOf(time, index);
      const mix = mixOf(augment, split.n, shape, { seed, epoch: time, index });
      const image = mix === undefined ? view : mix.blend(view, viewOf(time, mix.partner));
      const own = split.labels[index] ?? 0;
      const other = split.labels[mix?.partner ?? index] ?? 0;
      const share = mix?.share ?? 1;
      slot.images.set(image, row * imageSize);
      // The label is that of the larger share, so that counting right answers means something.
      slot.labels[row] = share < 0.5 ? other : own;
      slot.others[row] = share < 0.5 ? own : other;
      slot.shares[row] = Math.max(share, 1 - share);
      if (targets !== undefined) mixTargets(slot, row, targets, targetCount(split), index, mix);
    }
  };
}

/** The targets of a picture, or of a mixed one the same mixture of those of both. */
function mixTargets(
  slot: Pick<Slot, 'targets'>,
  row: number,
  targets: Float32Array,
  count: number,
  index: number,
  { partner, share }: Pick<Mix, 'partner' | 'share'> = { partner: index, share: 1 },
): void {
  for (let k = 0; k < count; k++) {
    const [own = 0, other = 0] = [targets[index * count + k], targets[partner * count + k]];
    slot.targets[row * count + k] = share === 1 ? own : share * own + (1 - share) * other;
  }
}
