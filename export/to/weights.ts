// The weights of a tfjs model: binary files of 4 MB, and the manifest in model.json that says what is in them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly bytes: Uint8Array;
}

/** As tfjs's own converter cuts them: browsers cache files of this size. */
const SHARD = 4 * 1024 * 1024;

/** Writes the files into `folder` and returns the manifest. */
export function writeWeights(folder: string, weights: readonly StoredWeight[]) {
  const bytes = Buffer.concat(weights.map((weight) => weight.bytes));
  const count = Math.max(1, Math.ceil(bytes.length / SHARD));
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  for (const [i, path] of paths.entries())
    writeFileSync(join(folder, path), bytes.subarray(i * SHARD, (i + 1) * SHARD));
  return [{ paths, weights: weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })) }];
}
