// The statistics of the reports: intervals of error rates, and whether runs differ by more than chance.

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Unbiased variance (n - 1); NaN for fewer than two values. */
export function variance(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}

/** Standard deviation, from the unbiased variance. */
export function deviation(values: readonly number[]): number {
  return Math.sqrt(variance(values));
}

/** The normal distribution's 97.5 % quantile. */
const Z = 1.959963984540054;

/** 95 % interval of a share that was seen in `n` draws: Wilson 1927, doi.org/10.2307/2276774. */
export function wilson(share: number, n: number): [low: number, high: number] {
  const z2 = Z * Z;
  const center = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

export interface WelchTest {
  /** Mean of the first minus mean of the second. */
  difference: number;
  /** 95 % interval of the difference. */
  interval: [low: number, high: number];
  t: number;
  /** Degrees of freedom, after Welch and Satterthwaite. */
  freedom: number;
  /** Two-sided. */
  p: number;
}

/**
 * Welch's t-test of two samples with at least two values each: Welch 1947, doi.org/10.1093/biomet/34.1-2.28.
 * Undefined for smaller samples, and when neither varies.
 */
export function welch(a: readonly number[], b: readonly number[]): WelchTest | undefined {
  if (a.length < 2 || b.length < 2) return undefined;
  const [va, vb] = [variance(a) / a.length, variance(b) / b.length];
  if (va + vb === 0) return undefined;
  const difference = mean(a) - mean(b);
  const error = Math.sqrt(va + vb);
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  const t = difference / error;
  const half = error * quantile(freedom);
  return {
    difference,
    interval: [difference - half, difference + half],
    t,
    freedom,
    p: twoSided(t, freedom),
  };
}

/** The most values of which all divisions into two samples are tried: 12,870 for 8 and 8. */
const MOST = 16;

/**
 * Exact two-sided permutation test of the difference of means: the share of all ways to deal the values into samples
 * of these sizes that differ at least as much. Undefined where there would be too many ways.
 * Fisher 1935, "The Design of Experiments", section 21.
 */
export function permutationTest(a: readonly number[], b: readonly number[]): number | undefined {
  const all = [...a, ...b];
  if (a.length === 0 || b.length === 0 || all.length > MOST) return undefined;
  const total = all.reduce((sum, value) => sum + value, 0);
  const distance = (sum: number) => Math.abs(sum / a.length - (total - sum) / b.length);
  const seen = distance(a.reduce((sum, value) => sum + value, 0));
  let [ways, asFar] = [0, 0];
  // Stryker disable next-line EqualityOperator: the set after the last one is empty again
  for (let set = 0; set < 2 ** all.length; set++) {
    const chosen = all.filter((_, i) => (set >> i) & 1);
    if (chosen.length !== a.length) continue;
    ways++;
    // Sums in another order differ in their last bits.
    if (distance(chosen.reduce((sum, value) => sum + value, 0)) >= seen * (1 - 1e-9)) asFar++;
  }
  return asFar / ways;
}

/** Probability that Student's t with so many degrees of freedom is at least as far from zero. */
function twoSided(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** The 97.5 % quantile of Student's t, by bisection. */
function quantile(freedom: number): number {
  let [low, high] = [0, 1];
  // Stryker disable next-line EqualityOperator: at the quantile itself, one more doubling ends at the same place
  while (twoSided(high, freedom) > 0.05) high *= 2;
  // Stryker disable next-line EqualityOperator: a hundred halvings leave nothing to halve
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    // Stryker disable next-line EqualityOperator: at the quantile itself, either end may take it
    if (twoSided(middle, freedom) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The regularized incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF, 8.17.22), evaluated with
 * Lentz's method.
 */
function incompleteBeta(x: number, a: number, b: number): number {
  // The fraction converges fast below the mean; above it, the complement does.
  // Stryker disable next-line EqualityOperator: at the mean both are as fast
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  // Below the mean no denominator is zero: the first is more than 2 / (a + b + 2), and the least, of a and b to 50,000.
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  // Stryker disable next-line EqualityOperator: it has converged long before
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let factor = 1;
    for (const term of [even, odd]) {
      d = 1 / (1 + term * d);
      c = 1 + term / c;
      factor = c * d;
      fraction *= factor;
    }
    // Stryker disable next-line ConditionalExpression,EqualityOperator,ArithmeticOperator: later terms change nothing
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  const front = a * Math.log(x) + b * Math.log1p(-x) - logGamma(a) - logGamma(b) + logGamma(a + b);
  return (Math.exp(front) / a) * fraction;
}

/** ln of the gamma function, by Lanczos' approximation with g = 7 and nine terms (Godfrey's coefficients). */
function logGamma(x: number): number {
  const terms = [
    0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
    12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const [first = 0, ...rest] = terms;
  const sum = rest.reduce((total, term, i) => total + term / (x + i), first);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
