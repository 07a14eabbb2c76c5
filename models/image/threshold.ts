// The level that separates a picture's pixels into two classes.

/** The level up to which a pixel belongs to the lower class, and the means of both classes. */
export interface Threshold {
  readonly threshold: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Otsu's threshold: the one with the largest variance between the two classes.
 *
 * Reference: Otsu 1979, "A Threshold Selection Method from Gray-Level Histograms".
 *
 * @param histogram - number of pixels of each of 256 levels.
 */
export function otsu(histogram: Float64Array): Threshold {
  let total = 0;
  let sum = 0;
  for (let level = 0; level < histogram.length; level++) {
    const n = histogram[level] ?? 0;
    total += n;
    sum += n * level;
  }
  let best = 0;
  let found: Threshold = { threshold: 0, low: 0, high: 0 };
  let below = 0;
  let belowSum = 0;
  for (let level = 0; level < 255; level++) {
    below += histogram[level] ?? 0;
    belowSum += (histogram[level] ?? 0) * level;
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const low = belowSum / below;
    const high = (sum - belowSum) / above;
    const between = below * above * (high - low) * (high - low);
    if (between <= best) continue;
    best = between;
    found = { threshold: level, low, high };
  }
  return found;
}
