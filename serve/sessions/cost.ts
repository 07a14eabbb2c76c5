// Estimates how long pictures take, in milliseconds of a worker: from their work, and from the pictures that were done.
import { type Target, type ToDecode, workOf } from '../../models/image/work.ts';
import { uprightHeader } from '../decode/check-work.ts';
import type { PlainHeader } from '../decode/header.ts';
import type { PictureInput } from './job.ts';

export interface Costs {
  /** Of decoding a file, and of preparing it as the input of a model. */
  ofFile(header: ToDecode & Pick<PlainHeader, 'format'>, target?: Target): number;
  /** Of preparing a decoded picture. */
  ofPixels(width: number, height: number, target?: Target): number;
  /** Of all that a worker does with a picture before the run. */
  ofInput(input: PictureInput, target?: Target): number;
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
const FIRST = { JPEG: 12, PNG: 15, BMP: 6 };

/** Milliseconds of a run before anything was measured: as of a small network. */
const FIRST_RUN = 1;

/** Weight of a new measurement in the estimate (exponential moving average). */
const RATE = 0.1;

/** A picture of fewer pixels teaches nothing about the time for a pixel. */
const MIN_PIXELS = 10_000;

export function createCosts(): Costs {
  const perMillion = { ...FIRST };
  const runs = new Map<string, number>();
  const ofFile: Costs['ofFile'] = (header, target) =>
    LEAST + (perMillion[header.format] * workOf(header, target)) / million;
  const ofPixels: Costs['ofPixels'] = (width, height, target) =>
    LEAST + (PREPARE * workOf({ width, height }, target)) / million;
  return {
    ofFile,
    ofPixels,
    ofInput(input, target) {
      if (input.kind === 'encoded') return ofFile(uprightHeader(input.header), target);
      if (input.kind === 'input') return 0;
      return ofPixels(input.picture.width, input.picture.height, target);
    },
    ofRun: (key) => runs.get(key) ?? FIRST_RUN,
    learnFile(header, milliseconds) {
      const { format, width, height } = header;
      if (width * height < MIN_PIXELS) return;
      const measured = (milliseconds * million) / workOf(uprightHeader(header));
      perMillion[format] += RATE * (measured - perMillion[format]);
    },
    learnRun(key, milliseconds) {
      const known = runs.get(key);
      runs.set(key, known === undefined ? milliseconds : known + RATE * (milliseconds - known));
    },
    forget: (key) => void runs.delete(key),
  };
}
