// The side of a shard, by its name: `train-00000-of-00002.parquet`, `pets_val-000001.tar`, `default/test/0000.parquet`.
import { type Side, sideOfWord } from '../sides.ts';

/**
 * The side that the words of a path name: those of the file's name, else of its folders', the nearest first, as Hugging
 * Face's datasets looks for them. Reference: https://huggingface.co/docs/hub/datasets-file-names-and-splits
 */
export function sideOfShard(path: string): Side | undefined {
  for (const name of path.split('/').reverse()) {
    const sides = new Set(name.split(/[^\p{L}]+/u).flatMap((word) => sideOfWord(word) ?? []));
    if (sides.size === 1) return [...sides][0];
  }
  return undefined;
}
