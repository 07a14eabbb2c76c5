// The warp: exact where it can be, Pillow's affine transform elsewhere.
import { describe, expect, it } from 'vitest';
import type { Shape } from '../../../models/image/shape.ts';
import { warp } from '../../../train/augment/warp.ts';
import { random } from '../../../train/random.ts';
import { python } from '../../python.ts';
import { chosen, noise, plane } from './pictures.ts';

/** The order of draws: rotation, zoom, stretch, shear, shift along x, along y. 1 draws the whole bound. */
const largest = { rotation: chosen(1), shiftX: chosen(0.5, 0.5, 0.5, 0.5, 1), all: chosen(1, 1, 1, 1, 1, 1) };

describe('warp', () => {
  it.each<Shape>([
    [28, 28, 1],
    [5, 9, 3],
    [1, 1, 1],
  ])('leaves %ix%ix%i pixels as they are when it draws nothing', (...shape) => {
    const image = noise(shape);
    const options = { rotate: 15, zoom: 0.2, stretch: 0.2, shear: 10, shift: 3 };
    expect(warp(image, shape, options, chosen())).toEqual(image);
  });

  it('turns by 90 degrees exactly', () => {
    const shape: Shape = [6, 6, 2];
    const image = noise(shape);
    const turned = warp(image, shape, { rotate: 90 }, largest.rotation);
    const expected = Uint8Array.from(image, (_, place) => {
      const [channel, x, y] = [place % 2, Math.floor(place / 2) % 6, Math.floor(place / 12)];
      return image[(x * 6 + (5 - y)) * 2 + channel] ?? 0;
    });
    expect(turned).toEqual(expected);
  });

  it('shifts by parts of a pixel, and takes 0 from outside', () => {
    const options = { shift: 1.25 };
    const row = Uint8Array.of(0, 100, 200, 40, 80);
    expect([...warp(row, [1, 5, 1], options, largest.shiftX)]).toEqual([125, 160, 50, 60, 0]);
  });

  it("agrees with Pillow's affine transform to one gray level", () => {
    const options = { rotate: 15, zoom: 0.3, stretch: 0.2, shear: 10, shift: 2.5 };
    const image = noise([28, 28, 1], 5);
    const ours = warp(image, [28, 28, 1], options, largest.all);

    const radians = Math.PI / 180;
    const rotation = [
      [Math.cos(15 * radians), -Math.sin(15 * radians)],
      [Math.sin(15 * radians), Math.cos(15 * radians)],
    ];
    const shear = [
      [1, Math.tan(10 * radians)],
      [0, 1],
    ];
    const scale = [
      [1.3 * Math.sqrt(1.2), 0],
      [0, 1.3 / Math.sqrt(1.2)],
    ];
    const script = `
import sys, json
import numpy as np
from PIL import Image
rotation, shear, scale = (np.array(m) for m in json.loads(sys.argv[1]))
m = rotation @ shear @ scale
# Pillow counts from a pixel's corner: the center of 28 pixels is at 14.
offset = np.array([14 + 2.5, 14 + 2.5]) - m @ [14, 14]
image = Image.frombytes('L', (28, 28), sys.stdin.buffer.read())
moved = image.transform((28, 28), Image.AFFINE, (*m[0], offset[0], *m[1], offset[1]), Image.BILINEAR)
print(moved.tobytes().hex())`;
    const printed = python(script, [JSON.stringify([rotation, shear, scale])], Buffer.from(image));
    const pillows = Buffer.from(printed.trim(), 'hex');

    expect(pillows.length).toBe(ours.length);
    const differences = ours.map((value, place) => Math.abs(value - (pillows[place] ?? 0)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(ours.some((value) => value > 100)).toBe(true);
  });

  it('treats channels alike', () => {
    const shape: Shape = [12, 17, 3];
    const image = noise(shape);
    const options = { rotate: 15, shift: 2, elastic: { alpha: 20, sigma: 3.5 } };
    const warped = warp(image, shape, options, random(1, 'test'));
    for (const channel of [0, 1, 2]) {
      const alone = warp(plane(image, 3, channel), [12, 17, 1], options, random(1, 'test'));
      expect(plane(warped, 3, channel)).toEqual(alone);
    }
  });

  it('moves pixels elastically by about what Simard et al. do', () => {
    // A ramp shows how far each of its pixels came from.
    const ramp = Uint8Array.from({ length: 101 * 101 }, (_, place) => 2 * (place % 101) + 20);
    const elastic = { alpha: 34, sigma: 4 };
    let squares = 0;
    let count = 0;
    for (let index = 0; index < 20; index++) {
      const warped = warp(ramp, [101, 101, 1], { elastic }, random(1, 'test', index));
      for (let place = 0; place < warped.length; place++) {
        const [x, y] = [place % 101, Math.floor(place / 101)];
        if (Math.min(x, y, 100 - x, 100 - y) < 8) continue;
        squares += (((warped[place] ?? 0) - (ramp[place] ?? 0)) / 2) ** 2;
        count++;
      }
    }
    const theirs = elastic.alpha / (elastic.sigma * 2 * Math.sqrt(3 * Math.PI)); // 1.38 pixels
    const ratio = Math.sqrt(squares / count) / theirs; // measured: 0.936
    expect(ratio).toBeGreaterThan(0.92);
    expect(ratio).toBeLessThan(0.95);
  });
});
