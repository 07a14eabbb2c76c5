// Which maps of a layer are the strongest: the largest mean of their absolute numbers.

/**
 * @param maps - `[H,W,C]`.
 * @param most - how many at most.
 * @returns their channels, the lowest first.
 */
export function strongest(maps: Float32Array, channels: number, most: number): number[] {
  const sums = new Float64Array(channels);
  for (let i = 0; i < maps.length; i++)
    sums[i % channels] = (sums[i % channels] ?? 0) + Math.abs(maps[i] ?? 0);
  return [...sums.keys()]
    .sort((a, b) => (sums[b] ?? 0) - (sums[a] ?? 0) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
}
