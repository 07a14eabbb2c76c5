// What a sweep of learning rates suggests, by fastai's four rules.

/** Learning rates in ascending order, and the smoothed loss at each. */
export interface Curve {
  readonly learningRates: readonly number[];
  readonly losses: readonly number[];
}

export const suggestionNames = ['valley', 'slide', 'minimum', 'steepest'] as const;

export type Suggestions = Readonly<Record<(typeof suggestionNames)[number], number | undefined>>;

/** How much of the last loss stays: fastai's `AvgSmoothLoss`. */
const SMOOTHING = 0.98;

/** A function that takes one loss after another and gives their exponential average, without its bias to zero. */
export function smoother(): (loss: number) => number {
  let [average, count] = [0, 0];
  return (loss) => {
    average = SMOOTHING * average + (1 - SMOOTHING) * loss;
    count++;
    return average / (1 - SMOOTHING ** count);
  };
}

/**
 * The suggestions for a whole sweep of `steps` learning rates; a rule that has too few of them to go by has none.
 * The first tenth and the last five are left out, and all from the first loss that is not a number.
 * Reference: fastai 2.7, callback/schedule.py, `lr_find`, `valley`, `slide`, `minimum`, `steep`.
 */
export function suggest(curve: Curve, steps: number): Suggestions {
  const cut = trimmed(curve, steps);
  if (cut.losses.length < 2)
    return { valley: undefined, slide: undefined, minimum: undefined, steepest: undefined };
  return { valley: valley(cut), slide: slide(cut), minimum: minimum(cut), steepest: steepest(cut) };
}

const CUT_END = 5;

/** The part of a sweep that the rules look at. */
export function trimmed({ learningRates, losses }: Curve, steps: number): Curve {
  const from = Math.floor(steps / 10);
  const cut = losses.slice(from, -CUT_END);
  const end = cut.findIndex(Number.isNaN);
  const length = end < 0 ? cut.length : end;
  return { learningRates: learningRates.slice(from, from + length), losses: cut.slice(0, length) };
}

/** Half-way along the longest valley, by its number of losses: the longest row of losses, not necessarily neighbors, that only falls. */
function valley({ learningRates, losses }: Curve): number | undefined {
  const lengths = losses.map(() => 1);
  let [start, end] = [0, 0];
  for (let i = 1; i < losses.length; i++)
    for (let j = 0; j < i; j++) {
      const [own = 0, before = 0] = [lengths[i], lengths[j]];
      if (at(losses, i) < at(losses, j) && own < before + 1) lengths[i] = before + 1;
      if (at(lengths, end) < at(lengths, i)) {
        end = i;
        start = end - at(lengths, end);
      }
    }
  const third = (end - start) / 3;
  return learningRates.at(start + Math.trunc(third) + Math.trunc(third / 2));
}

/** Steps between the two slopes that are compared, and the difference at which they count as the same. */
const SLIDE = { apart: 15, threshold: 0.005 };

/** Where, coming from the high end, the slope no longer changes over fifteen steps. */
function slide({ learningRates, losses }: Curve): number | undefined {
  const slopes = gradient(losses);
  let right = losses.length - 1;
  let left = right - SLIDE.apart;
  let suggestion = learningRates[left];
  while (left >= 0 && Math.abs(at(slopes, right) - at(slopes, left)) > SLIDE.threshold) {
    suggestion = learningRates[left];
    right--;
    left--;
  }
  return suggestion;
}

/** A tenth of the learning rate with the least loss. */
function minimum({ learningRates, losses }: Curve): number | undefined {
  return at(learningRates, indexOfLeast(losses)) / 10;
}

/** Where the loss falls fastest over the logarithm of the learning rate. */
function steepest({ learningRates, losses }: Curve): number | undefined {
  const slopes = losses
    .slice(1)
    .map((loss, i) => (loss - at(losses, i)) / Math.log(at(learningRates, i + 1) / at(learningRates, i)));
  return learningRates[indexOfLeast(slopes)];
}

/** Half the difference of the two neighbors; at the ends, the difference to the one: NumPy's `gradient`. */
function gradient(values: readonly number[]): number[] {
  const last = values.length - 1;
  return values.map((_, i) => {
    const [before, after] = [Math.max(0, i - 1), Math.min(last, i + 1)];
    return (at(values, after) - at(values, before)) / (after - before);
  });
}

function indexOfLeast(values: readonly number[]): number {
  return values.reduce((least, value, i) => (value < at(values, least) ? i : least), 0);
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}
