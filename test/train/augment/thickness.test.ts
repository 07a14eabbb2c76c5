// Thicker and thinner strokes against dilation and erosion spelled out.
import { describe, expect, it } from 'vitest';
import type { Shape } from '../../../models/image/shape.ts';
import { thickness } from '../../../train/augment/thickness.ts';
import { chosen, noise } from './pictures.ts';

const shape: Shape = [7, 9, 2];

/** `extreme` of each pixel and its four neighbors, those outside counting as 0. */
function neighborhoods(image: Uint8Array, extreme: (...values: number[]) => number): Uint8Array {
  const [height, width, channels] = shape;
  const at = (y: number, x: number, channel: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : (image[(y * width + x) * channels + channel] ?? 0);
  return image.map((_, place) => {
    const channel = place % channels;
    const x = Math.floor(place / channels) % width;
    const y = Math.floor(place / channels / width);
    const around: [number, number][] = [
      [0, 0],
      [0, 1],
      [0, -1],
      [1, 0],
      [-1, 0],
    ];
    return extreme(...around.map(([down, right]) => at(y + down, x + right, channel)));
  });
}

describe('thickness', () => {
  const image = noise(shape);

  it('dilates wholly at its largest draw', () => {
    expect(thickness(image, shape, { thickness: 1 }, chosen(1))).toEqual(neighborhoods(image, Math.max));
  });

  it('erodes wholly at its smallest draw', () => {
    expect(thickness(image, shape, { thickness: 1 }, chosen(0))).toEqual(neighborhoods(image, Math.min));
  });

  it('goes part of the way in between', () => {
    const dilated = neighborhoods(image, Math.max);
    const expected = image.map((value, place) => Math.round(value + 0.3 * ((dilated[place] ?? 0) - value)));
    expect(thickness(image, shape, { thickness: 0.3 }, chosen(1))).toEqual(expected);
  });

  it('leaves the image as it is when it draws nothing', () => {
    expect(thickness(image, shape, { thickness: 1 }, chosen(0.5))).toEqual(image);
  });
});
