// The numbers that reference.py gave PyTorch, by the same formulas, and what PyTorch answered.
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '../../../train/files/safetensors.ts';

export const shapes: Readonly<Record<string, number[]>> = {
  matrix: [8, 16],
  kernel: [3, 3, 4, 6],
  bias: [6],
};

/** Global norm at which the case `clip` clips. */
export const CLIP = 6;

/** Values in [-1, 1] from integers, so that every language computes the same float32. */
export function example(p: number, k: number, size: number): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, i) => ((31 * i * i + 17 * i * k + 101 * k + 7 * p) % 199) / 99 - 1,
  );
}

/** Gradient of weight number `p` at step `k`, from 1. */
export function gradient(p: number, k: number, size: number): Float32Array {
  const scale = Math.fround((1 + (k % 5)) / 5);
  return example(p, k, size).map((value) => value * scale);
}

export function scalars(k: number): { learningRate: number; momentum: number; step: number } {
  return { learningRate: 0.002 * (1 + (k % 10)), momentum: 0.8 + 0.01 * (k % 15), step: k };
}

const { tensors } = readSafetensors(fileURLToPath(new URL('reference.safetensors', import.meta.url)));

/** PyTorch's answer by name, row-major; see reference.py. */
export function reference(name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`reference.safetensors holds no ${name}: run reference.py`);
  return tensor.values;
}

/** Largest difference between two arrays, as a share of the largest value of `expected`. */
export function difference(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (received.length !== expected.length)
    throw new Error(`${received.length} values, expected ${expected.length}`);
  const values = Array.from(expected);
  const scale = Math.max(...values.map(Math.abs)) || 1;
  return Math.max(...values.map((value, i) => Math.abs(value - (received[i] ?? Number.NaN)))) / scale;
}
