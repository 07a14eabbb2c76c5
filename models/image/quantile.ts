// Quantiles without sorting all values.

/**
 * The value that stands at place `floor(q (n - 1))` in ascending order.
 *
 * Reference: Hoare 1961, Algorithm 65 ("Find"): expected time in proportion to the number of values.
 *
 * @returns 0 for no values.
 */
export function quantile(values: Float32Array, q: number): number {
  const v = values.slice();
  const place = Math.floor(q * (v.length - 1));
  let left = 0;
  let right = v.length - 1;
  while (left < right) {
    const pivot = v[place] ?? 0;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((v[i] ?? 0) < pivot) i++;
      while ((v[j] ?? 0) > pivot) j--;
      if (i > j) break;
      const swapped = v[i] ?? 0;
      v[i++] = v[j] ?? 0;
      v[j--] = swapped;
    }
    if (j < place) left = i;
    if (i > place) right = j;
  }
  return v[place] ?? 0;
}
