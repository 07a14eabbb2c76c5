// Transposes arrays in memory, whatever their element type.
import { sizeOf } from '../shape.ts';

/**
 * Rearranges row-major `bytes` of `shape` so that axis `permutation[i]` becomes axis `i`, as NumPy's `transpose`.
 * @param elementSize - Bytes of one element: 1, 4 or 8.
 */
export function transpose(
  bytes: Uint8Array,
  shape: readonly number[],
  permutation: readonly number[],
  elementSize: number,
): Uint8Array {
  if (elementSize % 4 !== 0) return permute(bytes, new Uint8Array(bytes.length), shape, permutation);
  // An element of eight bytes is two words, which stay together as a last axis. The copy is aligned to words.
  const words = elementSize / 4;
  const from = new Uint32Array(bytes.slice().buffer);
  if (words === 1) return permute(from, new Uint32Array(from.length), shape, permutation);
  return permute(from, new Uint32Array(from.length), [...shape, words], [...permutation, shape.length]);
}

function permute(
  from: Uint8Array | Uint32Array,
  to: Uint8Array | Uint32Array,
  shape: readonly number[],
  permutation: readonly number[],
): Uint8Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = permutation.map((axis) => shape[axis] ?? 1);
  const steps = permutation.map((axis) => strides[axis] ?? 1);
  const last = sizes.length - 1;
  const [rowSize, rowStep] = [sizes[last] ?? 1, steps[last] ?? 1];
  const index = sizes.map(() => 0);
  for (let row = 0, start = 0; row < to.length; row += rowSize) {
    for (let i = 0; i < rowSize; i++) to[row + i] = from[start + i * rowStep] ?? 0;
    // On to the next row as an odometer counts: the axis before the last runs fastest.
    for (let axis = last - 1; axis >= 0; axis--) {
      const [size, step] = [sizes[axis] ?? 1, steps[axis] ?? 1];
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next % size;
      start += step;
      if (next < size) break;
      start -= size * step;
    }
  }
  return new Uint8Array(to.buffer, to.byteOffset, to.byteLength);
}
