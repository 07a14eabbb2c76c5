// The ring by itself, both sides in one thread: turns, failure, and a writer that is gone.
import { describe, expect, it } from 'vitest';
import {
  createRing,
  isReady,
  markFailed,
  markWritten,
  release,
  slotToRead,
  slotToWrite,
} from '../../../train/loader/ring.ts';

const impatient = { waits: 2, milliseconds: 5 };

describe('ring', () => {
  it('gives separate slots in turn, and the same ones again', () => {
    const ring = createRing(3, 2, 5);
    const written = [0, 1, 2].map((number) => slotToWrite(ring, number));
    expect(new Set(written).size).toBe(3);
    written.forEach((slot, number) => {
      expect([slot.images.length, slot.labels.length]).toEqual([10, 2]);
      slot.images.fill(number + 1);
      slot.labels.fill(-number);
    });
    markWritten(ring, 3);
    for (const number of [0, 1, 2]) {
      expect(slotToRead(ring, number)).toBe(written[number]);
      expect([...slotToRead(ring, number).images]).toEqual(new Array<number>(10).fill(number + 1));
      expect([...slotToRead(ring, number).labels]).toEqual([-number, -number].map((label) => label + 0));
    }
    release(ring, 2);
    expect(slotToWrite(ring, 3)).toBe(written[0]);
    expect(slotToWrite(ring, 4)).toBe(written[1]);
  });

  it('knows what is ready', () => {
    const ring = createRing(2, 1, 1);
    expect(isReady(ring, 0)).toBe(false);
    markWritten(ring, 1);
    expect([isReady(ring, 0), isReady(ring, 1)]).toEqual([true, false]);
  });

  it('still gives what was written before the writer failed, then its message', () => {
    const ring = createRing(2, 1, 1);
    markWritten(ring, 1);
    markFailed(ring, 'no such pixel: ü');
    expect(slotToRead(ring, 0).images.length).toBe(1);
    expect(() => slotToRead(ring, 1)).toThrow('The data loader failed: no such pixel: ü');
  });

  it('fails even without a message, and with one that is too long', () => {
    for (const reason of ['', 'x'.repeat(10_000)]) {
      const ring = createRing(2, 1, 1);
      markFailed(ring, reason);
      expect(() => slotToRead(ring, 0)).toThrow(/^The data loader failed: (no reason given|x{4096})$/);
    }
  });

  it('gives up a writer that is silent', () => {
    expect(() => slotToRead(createRing(2, 1, 1), 0, impatient)).toThrow(
      "The data loader's worker has died: no batch for 0.01 s.",
    );
  });
});
