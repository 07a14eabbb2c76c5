// How long pictures take, in milliseconds of a worker: estimated from their size, and learned from those that were done.
import type { PlainHeader } from '../decode/header.ts';

export interface Costs {
  /** Of decoding and preparing a file that a worker decodes. */
  ofFile(header: PlainHeader): number;
  /** Of preparing a decoded picture. */
  ofPixels(width: number, height: number): number;
  /** Of one picture's share in a run of a model. */
  ofRun(key: string): number;
  learnFile(header: PlainHeader, milliseconds: number): void;
  learnRun(key: string, milliseconds: number): void;
  forget(key: string): void;
}

const million = 1_000_000;

/** Milliseconds that the smallest picture takes. */
const LEAST = 0.05;

/** Milliseconds for a million pixels, before anything was learned. */
const PREPARE = 3;
const FIRST = { JPEG: 12, PNG: 15 };

/** A run, before anything was learned: as of a small network. */
const FIRST_RUN = 1;

/** Share of a new measurement in what is believed. */
const RATE = 0.1;

/** Pixels below which the time says nothing of the time for a pixel. */
const TELLING = 10_000;

export function createCosts(): Costs {
  const perMillion = { ...FIRST };
  const runs = new Map<string, number>();
  return {
    ofFile: ({ format, width, height }) => LEAST + (perMillion[format] * width * height) / million,
    ofPixels: (width, height) => LEAST + (PREPARE * width * height) / million,
    ofRun: (key) => runs.get(key) ?? FIRST_RUN,
    learnFile({ format, width, height }, milliseconds) {
      const pixels = width * height;
      if (pixels < TELLING) return;
      perMillion[format] += RATE * ((milliseconds * million) / pixels - perMillion[format]);
    },
    learnRun(key, milliseconds) {
      const known = runs.get(key);
      runs.set(key, known === undefined ? milliseconds : known + RATE * (milliseconds - known));
    },
    forget: (key) => void runs.delete(key),
  };
}
