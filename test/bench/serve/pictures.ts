// The pictures of both loads, always the same.
import sharp from 'sharp';
import { random } from '../../../train/random.ts';
import { digitPng } from '../../serve/digit.ts';

const WIDTH = 640;
const HEIGHT = 480;

/** Deviation of the noise of each pixel, in bytes' units: it brings a JPEG of quality 80 to about 100 kB. */
const NOISE = 24;

/**
 * JPEGs of 640x480 and about 100 kB, as a camera in poor light makes them: a few large soft shapes, and noise on all.
 */
export async function photographs(count: number): Promise<Buffer[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) =>
      sharp(photograph(i), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .jpeg({ quality: 80 })
        .toBuffer(),
    ),
  );
}

function photograph(index: number): Uint8Array {
  const next = random(1, 'bench photograph', index);
  const waves = Array.from({ length: 9 }, () => ({
    x: next() * 0.02,
    y: next() * 0.02,
    phase: next() * 7,
    height: 20 + 40 * next(),
  }));
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const noise = NOISE * (next() + next() + next() - 1.5) * 2;
      for (let c = 0; c < 3; c++) {
        let value = 128 + noise;
        for (const wave of waves.slice(c * 3, c * 3 + 3)) {
          value += wave.height * Math.sin(wave.x * x + wave.y * y + wave.phase);
        }
        data[(y * WIDTH + x) * 3 + c] = Math.min(255, Math.max(0, value));
      }
    }
  }
  return data;
}

/** PNGs of MNIST's test digits, 28x28, some 300 bytes each. */
export function digits(count: number): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => digitPng(i)));
}
