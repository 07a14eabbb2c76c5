// The positions of a square, a border and an erased rectangle: as Pillow, NumPy and fastai have them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Shape } from '../../../models/image/shape.ts';
import { dihedral, inPosition } from '../../../train/augment/dihedral.ts';
import { erase } from '../../../train/augment/erase.ts';
import { pad } from '../../../train/augment/pad.ts';
import { python } from '../../python.ts';
import { real } from '../../real.ts';
import { chosen, noise } from './pictures.ts';

describe('dihedral', () => {
  it('has the positions of Pillow’s transpose', () => {
    const script = `
import json, sys
from PIL import Image
picture = Image.frombytes('RGB', (5, 5), sys.stdin.buffer.read())
T = Image.Transpose
ways = [None, T.FLIP_LEFT_RIGHT, T.FLIP_TOP_BOTTOM, T.ROTATE_180, T.TRANSPOSE, T.ROTATE_90, T.ROTATE_270, T.TRANSVERSE]
print(json.dumps([list((picture if way is None else picture.transpose(way)).tobytes()) for way in ways]))`;
    const image = noise([5, 5, 3]);
    const ours = Array.from({ length: 8 }, (_, position) => [...inPosition(image, [5, 5, 3], position)]);
    expect(ours).toEqual(JSON.parse(python(script, [], Buffer.from(image))));
  });

  it('moves half of the pictures, into any of the eight', () => {
    const shape: Shape = [4, 4, 1];
    const image = noise(shape);
    for (let position = 0; position < 8; position++) {
      expect(dihedral(image, shape, chosen(0.499, (position + 0.5) / 8))).toEqual(
        inPosition(image, shape, position),
      );
      expect(dihedral(image, shape, chosen(0.5, (position + 0.5) / 8))).toBe(image);
    }
  });
});

describe('pad', () => {
  it('is numpy.pad of one pixel', () => {
    const side = fc.integer({ min: 1, max: 5 });
    const shapes = fc.sample(fc.tuple(side, side, fc.constantFrom(1, 2, 3)), 30);
    const cases = shapes.map((shape) => ({ shape, bytes: [...noise(shape)] }));
    const script = `
import json, sys
import numpy as np
print(json.dumps([np.pad(np.array(c['bytes']).reshape(c['shape']), ((1, 1), (1, 1), (0, 0))).ravel().tolist() for c in json.load(sys.stdin)]))`;
    expect(cases.map(({ shape, bytes }) => [...pad(Uint8Array.from(bytes), shape)])).toEqual(
      JSON.parse(python(script, [], Buffer.from(JSON.stringify(cases)))),
    );
  });
});

/** fastai 2, vision/augment.py: `RandomErasing` with max_count=1, min_area=0, max_area=0.3, min_aspect=0.3, `_slice`. */
function rectangle(
  [height, width]: Shape,
  [area, aspect, top, left]: readonly [number, number, number, number],
) {
  const pixels = area * 0.3 * height * width;
  const ratio = Math.exp(Math.log(0.3) + aspect * (Math.log(1 / 0.3) - Math.log(0.3)));
  const stretch = (size: number, side: number, at: number) => {
    const length = Math.min(side, Math.round(Math.sqrt(size)));
    const from = Math.min(side - length, Math.floor(at * (side - length + 1)));
    return [from, from + length] as const;
  };
  return { rows: stretch(pixels * ratio, height, top), columns: stretch(pixels / ratio, width, left) };
}

describe('erase', () => {
  const share = real(0, 0.999);

  it('replaces the rectangle that fastai’s formulas give for what was drawn', () => {
    const side = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(
        fc.tuple(side, side, fc.constantFrom(1, 3)),
        fc.tuple(share, share, share, share),
        (shape, drawn) => {
          const [height, width, channels] = shape;
          const white = new Uint8Array(height * width * channels).fill(255);
          const { rows, columns } = rectangle(shape, drawn);
          const expected = Array.from(white, (_, i) => {
            const [y, x] = [Math.floor(i / channels / width), Math.floor(i / channels) % width];
            const isWithin = y >= rows[0] && y < rows[1] && x >= columns[0] && x < columns[1];
            // Box and Muller's deviate of two halves is -sqrt(2 ln 2).
            return isWithin ? Math.round(0.456 * 255 - 0.224 * 255 * Math.sqrt(2 * Math.LN2)) : 255;
          });
          expect([...erase(white, shape, { erase: 1 }, chosen(0, ...drawn))]).toEqual(expected);
          expect(white.every((byte) => byte === 255)).toBe(true);
        },
      ),
    );
  });

  it('keeps noise within a byte', () => {
    const pixel = (...noise: number[]) =>
      erase(new Uint8Array(4), [2, 2, 1], { erase: 1 }, chosen(0, 0.9, 0.5, 0, 0, ...noise))[0];
    // Almost the longest radius, to the right and to the left.
    expect([pixel(0.999, 0), pixel(0.999, 0.5)]).toEqual([255, 0]);
  });

  it('erases in its share of the pictures', () => {
    const image = noise([4, 4, 1]);
    expect(erase(image, [4, 4, 1], { erase: 0.5 }, chosen(0.5))).toBe(image);
    expect(erase(image, [4, 4, 1], { erase: 0.5 }, chosen(0.499, 0.9))).not.toEqual(image);
    expect(erase(image, [4, 4, 1], {}, chosen(0))).toBe(image);
  });
});
