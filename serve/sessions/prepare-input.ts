// From what a request carries to the input of a model: decodes and prepares, in a worker.
import { orient } from '../../models/image/orient.ts';
import type { Picture } from '../../models/image/picture.ts';
import { type Prepare, prepare } from '../../models/image/prepare.ts';
import type { Shape } from '../../models/image/shape.ts';
import type { PlainHeader } from '../decode/header.ts';
import { type DecodeJpeg, openJpegDecoder, type Shrink } from '../decode/jpeg.ts';
import { decodePng } from '../decode/png.ts';
import type { Material, Spent } from './messages.ts';

/** A model's input, and how long it took to make. */
export interface Made {
  /** `[H,W,C]` uint8. */
  readonly input: Uint8Array;
  readonly spent: Spent;
}

/** @throws Damaged when the file is. */
export type Maker = (material: Material, shape: Shape, rule: Prepare) => Made;

/** A shrunken picture keeps at least this many pixels for each of the input's, along either side. */
const KEPT = 1.5;

/** The digit rule looks for ink in up to this many pixels a side (models/image/digit.ts). */
const DIGIT_SIDE = 512;

export interface MakerOptions {
  /** Shrinks large JPEGs while they are decoded. */
  readonly fast: boolean;
}

export function createMaker({ fast }: MakerOptions): Maker {
  let decodeJpeg: DecodeJpeg | undefined;

  function withPixels<T>(
    material: Material & { kind: 'encoded' },
    shrink: Shrink,
    use: (p: Picture) => T,
  ): T {
    const { bytes, header } = material;
    if (header.format === 'PNG') return use(decodePng(bytes));
    decodeJpeg ??= openJpegDecoder();
    return decodeJpeg(bytes, header, shrink, (picture) => use(orient(picture, header.orientation)));
  }

  return (material, shape, rule) => {
    if (material.kind === 'input') return { input: material.data, spent: { decode: 0, prepare: 0 } };
    const start = performance.now();
    let decoded = start;
    const make = (picture: Picture) => {
      decoded = performance.now();
      return prepare(picture, shape, rule);
    };
    const input =
      material.kind === 'picture'
        ? make(material.picture)
        : withPixels(material, fast ? shrinkFor(material.header, shape, rule) : 1, make);
    return { input, spent: { decode: decoded - start, prepare: performance.now() - decoded } };
  };
}

/** The largest power of two by which a JPEG may be shrunk. Its orientation may swap the sides: the shorter counts. */
export function shrinkFor({ width, height }: PlainHeader, shape: Shape, rule: Prepare): Shrink {
  const side = Math.min(width, height);
  const needed = rule.rule === 'digit' ? DIGIT_SIDE : Math.max(shape[0], shape[1]) * KEPT;
  const most = side / needed;
  return most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1;
}
