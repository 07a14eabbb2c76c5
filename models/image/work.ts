// How much work a picture is, known before it is decoded: its pixels, its rows, its scans, and its way to the input. What
// is too much is refused then, and the estimates of a queue are made from it.
import { type Prepare, planPrepare } from './prepare.ts';
import type { Size } from './resize-plan.ts';
import type { Shape } from './shape.ts';

/** What decoding a picture takes; the size is that of the upright one. */
export interface ToDecode extends Size {
  /** Pixels that are decoded, where they are more than are kept: of a JPEG that is halved meanwhile. */
  readonly decoded?: number | undefined;
  /** Scans of a progressive JPEG, each of which goes through all pixels again. */
  readonly scans?: number | undefined;
  /** sharp decodes it, which takes a while for each row, however short: a microsecond. */
  readonly bySharp?: boolean | undefined;
}

/** What a picture becomes: the input of a model. */
export interface Target {
  readonly shape: Shape;
  readonly prepare: Prepare;
}

/** The parts of the work, each in pixels of an ordinary picture: what takes as long as to decode so many. */
interface Work {
  readonly pixels: number;
  readonly rows: number;
  readonly scans: number;
  readonly resize: number;
}

/** Measured: 1 µs for a row of sharp, 50 ns for one of ours, 1 ns for a pixel of a scan, 2 ns for a step of a resize. */
const ROW_BY_SHARP = 64;
const ROW = 4;
const SCAN = 0.1;
const STEP = 0.2;

/** The work of a picture may be that of so many times the pixels that it may have. */
const MOST_TIMES = 6;

function partsOf({ width, height, scans = 1, bySharp = false }: ToDecode, target: Target | undefined): Work {
  const pixels = width * height;
  const plan = target && planPrepare({ width, height }, target.shape, target.prepare);
  return {
    pixels,
    rows: height * (bySharp ? ROW_BY_SHARP : ROW),
    scans: pixels * SCAN * (scans - 1),
    resize: (plan?.steps ?? 0) * STEP,
  };
}

/**
 * The work of a picture in pixels of an ordinary one, with that of its resize, as far as it is more than the picture's
 * own pixels: those of an ordinary one are resized, too.
 */
export function workOf(header: ToDecode, target?: Target): number {
  const { pixels, rows, scans, resize } = partsOf(header, target);
  return Math.max(pixels, header.decoded ?? 0) + rows + scans + Math.max(0, resize - pixels);
}

/**
 * Says why a picture is too much to be decoded, in words for its sender: `of 1x49000000, ...; expected ...`.
 *
 * @param most - pixels that a picture may have, also on its way between the passes of its resize.
 * @returns undefined when it is not.
 */
export function tooMuch(header: ToDecode, most: number, target?: Target): string | undefined {
  const { width, height, scans } = header;
  const size = `${width}x${height}`;
  if (width * height > most) {
    return `of ${size}, which is ${megapixels(width * height)} megapixels; expected at most ${megapixels(most)}: make it smaller`;
  }
  const between = (target && planPrepare(header, target.shape, target.prepare)?.between) ?? 0;
  if (between > most) {
    return `of ${size}, which becomes ${megapixels(between)} megapixels on its way to the ${inputOf(target)} of the model; expected at most ${megapixels(most)}: make it smaller`;
  }
  const parts = partsOf(header, target);
  const work = workOf(header, target);
  if (work <= most * MOST_TIMES) return undefined;
  const { rows, resize } = parts;
  const largest = Math.max(rows, parts.scans, resize);
  const cause =
    largest === rows
      ? `${height.toLocaleString('en')} rows`
      : largest === resize
        ? `${size} pixels for an input of ${inputOf(target)}`
        : `${scans} scans`;
  return `of ${size}, whose ${cause} are as much work as ${megapixels(work)} megapixels; expected at most ${megapixels(most * MOST_TIMES)}: make it smaller`;
}

function inputOf(target: Target | undefined): string {
  return `${target?.shape[1]}x${target?.shape[0]}`;
}

/** Rounded up: what is more than the limit must not look like the limit. */
function megapixels(pixels: number): string {
  return (Math.ceil(pixels / 1e5) / 10).toLocaleString('en');
}
