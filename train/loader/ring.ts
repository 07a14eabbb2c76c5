// The memory that the loader's two threads share: slots for batches, used in turn, and counts of how far each side is.
import { UserError } from '../../models/errors.ts';
import type { Slot } from './batches.ts';

/** Slots in a ring: batch number i, counted from 0, is in slot i modulo their number. */
export interface Ring {
  readonly slots: readonly Slot[];
  /** The words below, as int32. */
  readonly control: Int32Array;
  /** Why the writer failed, UTF-8. */
  readonly message: Uint8Array;
}

const WRITTEN = 0; // batches written by the writer
const RELEASED = 1; // batches that the reader no longer needs
const FAILED = 2; // length of the message in bytes, once the writer has failed
const FOR_USER = 3; // 1 where the message is one for the user, who wrote a transform that failed
const WORDS = 4;

/** Bytes of an int32 or a float32. */
const WORD = 4;

/**
 * A batch takes milliseconds, so after a minute without one the writer must have died. The minute is counted in short
 * waits, so that a machine that was asleep during one of them is not taken for that.
 */
const PATIENCE = { waits: 60, milliseconds: 1000 };

/** An empty ring of `count` slots for `batchSize` images of `imageSize` bytes and so many targets each. */
export function createRing(count: number, batchSize: number, imageSize: number, targets = 0): Ring {
  const images = new SharedArrayBuffer(count * batchSize * imageSize);
  const words = () => new SharedArrayBuffer(count * batchSize * WORD);
  const [labels, others, shares] = [words(), words(), words()];
  const aims = new SharedArrayBuffer(count * batchSize * targets * WORD);
  const slots = Array.from({ length: count }, (_, slot) => ({
    images: new Uint8Array(images, slot * batchSize * imageSize, batchSize * imageSize),
    labels: new Int32Array(labels, slot * batchSize * WORD, batchSize),
    others: new Int32Array(others, slot * batchSize * WORD, batchSize),
    shares: new Float32Array(shares, slot * batchSize * WORD, batchSize),
    targets: new Float32Array(aims, slot * batchSize * targets * WORD, batchSize * targets),
  }));
  return {
    slots,
    control: new Int32Array(new SharedArrayBuffer(WORDS * WORD)),
    message: new Uint8Array(new SharedArrayBuffer(4096)),
  };
}

/** Batch `number`'s slot for the writer, as soon as the reader no longer needs what was in it. */
export function slotToWrite({ slots, control }: Ring, number: number): Slot {
  for (;;) {
    const released = Atomics.load(control, RELEASED);
    if (number - released < slots.length) return slotOf(slots, number);
    Atomics.wait(control, RELEASED, released);
  }
}

/** Hands the first `count` batches to the reader. */
export function markWritten({ control }: Ring, count: number): void {
  Atomics.store(control, WRITTEN, count);
  Atomics.notify(control, WRITTEN);
}

/** Tells the reader, after the batches that are ready, why there are no more. */
export function markFailed({ control, message }: Ring, reason: string, isForUser = false): void {
  const { written } = new TextEncoder().encodeInto(reason || 'no reason given', message);
  Atomics.store(control, FOR_USER, isForUser ? 1 : 0);
  Atomics.store(control, FAILED, written);
  Atomics.notify(control, WRITTEN);
}

/** Gives the slots of the first `count` batches back to the writer. */
export function release({ control }: Ring, count: number): void {
  Atomics.store(control, RELEASED, count);
  Atomics.notify(control, RELEASED);
}

/** Whether batch `number`, or the reason why there is none, is there without waiting. */
export function isReady(ring: Ring, number: number): boolean {
  return isWritten(ring, number) || Atomics.load(ring.control, FAILED) > 0;
}

function isWritten({ control }: Ring, number: number): boolean {
  return Atomics.load(control, WRITTEN) > number;
}

/**
 * Batch `number` for the reader, who takes them in order, as soon as it is written.
 *
 * @throws Error if the writer has failed (UserError by what a user wrote), or writes nothing for a minute
 */
export function slotToRead(ring: Ring, number: number, patience = PATIENCE): Slot {
  let timeouts = 0;
  while (!isWritten(ring, number)) {
    const failed = Atomics.load(ring.control, FAILED);
    if (failed > 0) throw failure(ring, failed);
    if (timeouts === patience.waits) {
      const seconds = (patience.waits * patience.milliseconds) / 1000;
      throw new Error(`The data loader's worker has died: no batch for ${seconds} s.`);
    }
    if (Atomics.wait(ring.control, WRITTEN, number, patience.milliseconds) === 'timed-out') timeouts++;
  }
  return slotOf(ring.slots, number);
}

function slotOf(slots: readonly Slot[], number: number): Slot {
  const slot = slots[number % slots.length];
  if (slot === undefined) throw new RangeError(`expected a batch's number, received ${number}`);
  return slot;
}

/** What the writer has said: of a user's own transform, a message without a stack trace. */
function failure({ control, message }: Ring, length: number): Error {
  const text = textOf(message, length);
  return Atomics.load(control, FOR_USER) === 1
    ? new UserError(text)
    : new Error(`The data loader failed: ${text}`);
}

/** TextDecoder doesn't read shared memory, hence the copy. */
function textOf(message: Uint8Array, length: number): string {
  return new TextDecoder().decode(message.slice(0, length));
}
