// Estimates how long pictures take, in milliseconds of a worker: from their size, and from the pictures that were done.
import type { PlainHeader } from '../decode/header.ts';
import type { PictureInput } from './job.ts';

export interface Costs {
  /** Of decoding and preparing a file that a worker decodes. */
  ofFile(header: PlainHeader): number;
  /** Of preparing a decoded picture. */
  ofPixels(width: number, height: number): number;
  /** Of all that a worker does with a picture before the run. */
  ofInput(input: PictureInput): number;
  /** Of one picture's share in a run of a model. */
  ofRun(key: string): number;
  learnFile(header: PlainHeader, milliseconds: number): void;
  learnRun(key: string, milliseconds: number): void;
  forget(key: string): void;
}

const million = 1_000_000;

/** Milliseconds that the smallest picture takes. */
const LEAST = 0.05;

/** Milliseconds for a million pixels, before anything was measured. */
const PREPARE = 3;
const FIRST = { JPEG: 12, PNG: 15 };

/** Milliseconds of a run before anything was measured: as of a small network. */
const FIRST_RUN = 1;

/** Weight of a new measurement in the estimate (exponential moving average). */
const RATE = 0.1;

/** A picture of fewer pixels teaches nothing about the time for a pixel. */
const MIN_PIXELS = 10_000;

export function createCosts(): Costs {
  const perMillion = { ...FIRST };
  const runs = new Map<string, number>();
  const ofFile = ({ format, width, height }: PlainHeader) =>
    LEAST + (perMillion[format] * width * height) / million;
  const ofPixels = (width: number, height: number) => LEAST + (PREPARE * width * height) / million;
  return {
    ofFile,
    ofPixels,
    ofInput(input) {
      if (input.kind === 'encoded') return ofFile(input.header);
      if (input.kind === 'input') return 0;
      return ofPixels(input.picture.width, input.picture.height);
    },
    ofRun: (key) => runs.get(key) ?? FIRST_RUN,
    learnFile({ format, width, height }, milliseconds) {
      const pixels = width * height;
      if (pixels < MIN_PIXELS) return;
      perMillion[format] += RATE * ((milliseconds * million) / pixels - perMillion[format]);
    },
    learnRun(key, milliseconds) {
      const known = runs.get(key);
      runs.set(key, known === undefined ? milliseconds : known + RATE * (milliseconds - known));
    },
    forget: (key) => void runs.delete(key),
  };
}
