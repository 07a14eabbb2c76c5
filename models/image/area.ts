// Resamples by averaging areas: each output pixel is the mean of the patch of the source that it covers.

/** A gray picture of floats, `[height, width]`, row by row. */
export interface Plane {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** The part of a plane to take, in source pixels; edges may lie between pixels and outside of the plane. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Resamples a patch of a plane to `width` x `height` by area averaging. A patch whose pixels coincide with the
 * result's is copied unchanged. Outside of the plane all is 0.
 */
export function resizeArea(source: Plane, patch: Patch, width: number, height: number): Plane {
  if (isWhole(patch, width, height)) return cut(source, patch, width, height);
  const columns = cover(source.width, patch.x, patch.width, width);
  const rows = cover(source.height, patch.y, patch.height, height);
  const across = new Float32Array(source.height * width);
  for (let y = 0; y < source.height; y++) {
    for (const [x, { first, weights }] of columns.entries()) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        sum += (source.data[y * source.width + first + k] ?? 0) * (weights[k] ?? 0);
      }
      across[y * width + x] = sum;
    }
  }
  const data = new Float32Array(width * height);
  for (const [y, { first, weights }] of rows.entries()) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++)
        sum += (across[(first + k) * width + x] ?? 0) * (weights[k] ?? 0);
      data[y * width + x] = sum;
    }
  }
  return { data, width, height };
}

/** Whether the patch's pixels coincide with the source's and with the result's. */
function isWhole(patch: Patch, width: number, height: number): boolean {
  return (
    patch.width === width && patch.height === height && Number.isInteger(patch.x) && Number.isInteger(patch.y)
  );
}

function cut(source: Plane, patch: Patch, width: number, height: number): Plane {
  const data = new Float32Array(width * height);
  const left = Math.max(0, patch.x);
  const right = Math.min(source.width, patch.x + width);
  for (let y = Math.max(0, patch.y); y < Math.min(source.height, patch.y + height) && left < right; y++) {
    const row = source.data.subarray(y * source.width + left, y * source.width + right);
    data.set(row, (y - patch.y) * width + left - patch.x);
  }
  return { data, width, height };
}

/** Source pixels from `first` on that an output pixel covers, each with its share. */
interface Cover {
  readonly first: number;
  readonly weights: Float64Array;
}

function cover(size: number, from: number, length: number, n: number): Cover[] {
  const scale = length / n;
  return Array.from({ length: n }, (_, i) => {
    const start = Math.min(size, Math.max(0, from + i * scale));
    const end = Math.min(size, Math.max(0, from + (i + 1) * scale));
    const first = Math.floor(start);
    const weights = new Float64Array(Math.max(0, Math.ceil(end) - first));
    for (let k = 0; k < weights.length; k++) {
      weights[k] = (Math.min(end, first + k + 1) - Math.max(start, first + k)) / scale;
    }
    return { first, weights };
  });
}
