// From a picture input to the input of a model: decodes and prepares, in a worker.
import { type Check, unchecked } from '../../models/image/check.ts';
import { decodeBmp } from '../../models/image/decode/bmp.ts';
import { type DecodeJpeg, openJpegDecoder, type Shrink } from '../../models/image/decode/jpeg.ts';
import { decodePng } from '../../models/image/decode/png.ts';
import { orient } from '../../models/image/orient.ts';
import type { Picture } from '../../models/image/picture.ts';
import { type Prepare, preparePicture } from '../../models/image/prepare.ts';
import type { Shape } from '../../models/image/shape.ts';
import { turbojpegPath } from '../../setup/libraries/turbojpeg.mjs';
import type { PlainHeader } from '../decode/header.ts';
import type { PictureInput } from './job.ts';
import type { Spent } from './messages.ts';

/** A model's input, and how long it took to make. */
export interface PreparedInput {
  /** `[H,W,C]` uint8. */
  readonly data: Uint8Array;
  readonly spent: Spent;
}

/**
 * @param check - called every few milliseconds; what it throws ends the work.
 * @throws Damaged when the file is damaged.
 */
export type PrepareInput = (input: PictureInput, shape: Shape, rule: Prepare, check?: Check) => PreparedInput;

/** A shrunken picture keeps at least this many pixels for each pixel of the input, along either side. */
const MIN_PIXELS_PER_INPUT_PIXEL = 1.5;

/** The digit rule looks for ink in up to this many pixels a side (models/image/digit.ts). */
const DIGIT_SIDE = 512;

export interface PrepareInputOptions {
  /** Shrinks large JPEGs while they are decoded. */
  readonly fast: boolean;
}

export function createPrepareInput({ fast }: PrepareInputOptions): PrepareInput {
  let decodeJpeg: DecodeJpeg | undefined;

  function withPixels<T>(
    { bytes, header }: PictureInput & { kind: 'encoded' },
    shrink: Shrink,
    check: Check,
    use: (picture: Picture) => T,
  ): T {
    const upright = (picture: Picture) => use(orient(picture, header.orientation));
    if (header.format === 'PNG') return upright(decodePng(bytes, check));
    if (header.format === 'BMP') return upright(decodeBmp(bytes, check));
    decodeJpeg ??= openJpegDecoder(turbojpegPath());
    return decodeJpeg(bytes, header, shrink, upright);
  }

  return (input, shape, rule, check = unchecked) => {
    if (input.kind === 'input') return { data: input.data, spent: { decode: 0, prepare: 0 } };
    const start = performance.now();
    let decoded = start;
    const prepareDecoded = (picture: Picture) => {
      decoded = performance.now();
      check();
      return preparePicture(picture, shape, rule, check);
    };
    const data =
      input.kind === 'picture'
        ? prepareDecoded(input.picture)
        : withPixels(input, fast ? shrinkFor(input.header, shape, rule) : 1, check, prepareDecoded);
    return { data, spent: { decode: decoded - start, prepare: performance.now() - decoded } };
  };
}

/** The largest factor by which a JPEG may be shrunk. Its orientation may swap the sides: the shorter one counts. */
export function shrinkFor({ width, height }: PlainHeader, shape: Shape, rule: Prepare): Shrink {
  const side = Math.min(width, height);
  const needed =
    rule.rule === 'digit' ? DIGIT_SIDE : Math.max(shape[0], shape[1]) * MIN_PIXELS_PER_INPUT_PIXEL;
  const most = side / needed;
  return most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1;
}
