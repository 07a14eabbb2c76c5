// Calibration: whether probabilities are the shares of right answers, and a temperature that corrects them.
import { softmax } from '../loop/logits.ts';

/** A network's answer to one picture, and the right class. */
export interface Judged {
  readonly label: number;
  /** `[classes]`. */
  readonly probabilities: readonly number[];
}

/** Answers whose confidence is in one of the equal bins from 0 to 1. */
export interface Bin {
  readonly n: number;
  /** Mean of the highest probabilities. */
  readonly confidence: number;
  /** Share of right answers. */
  readonly accuracy: number;
}

/** As in Guo et al. 2017, https://arxiv.org/abs/1706.04599, section 4. */
const BINS = 15;

/** The bins of a reliability diagram, without the empty ones. */
export function reliability(answers: readonly Judged[], bins = BINS): Bin[] {
  const sums = Array.from({ length: bins }, () => ({ n: 0, confidence: 0, right: 0 }));
  for (const { label, probabilities } of answers) {
    const confidence = Math.max(...probabilities);
    const bin = sums[Math.min(bins - 1, Math.floor(confidence * bins))];
    if (bin === undefined) continue;
    bin.n++;
    bin.confidence += confidence;
    if (probabilities[label] === confidence) bin.right++;
  }
  return sums
    .filter(({ n }) => n > 0)
    .map(({ n, confidence, right }) => ({ n, confidence: confidence / n, accuracy: right / n }));
}

/** Expected calibration error: mean distance of confidence and accuracy over the answers. Guo et al., equation 5. */
export function calibrationError(answers: readonly Judged[]): number {
  return reliability(answers).reduce(
    (sum, { n, confidence, accuracy }) => sum + (n / answers.length) * Math.abs(confidence - accuracy),
    0,
  );
}

/** The smallest positive float64 is used for a probability that was rounded to zero. */
const logOf = (probability: number) => Math.log(Math.max(probability, Number.MIN_VALUE));

/** Probabilities at another temperature: softmax of the logits divided by it. */
export function tempered<Answer extends Judged>(answer: Answer, temperature: number): Answer {
  const logits = answer.probabilities.map((probability) => logOf(probability) / temperature);
  return { ...answer, probabilities: softmax(logits).probabilities };
}

/** Mean cross-entropy. */
export function crossEntropyOf(answers: readonly Judged[], temperature = 1): number {
  let sum = 0;
  for (const answer of answers) {
    const { label, probabilities } = temperature === 1 ? answer : tempered(answer, temperature);
    sum -= logOf(probabilities[label] ?? 0);
  }
  return sum / answers.length;
}

/** Bounds of the search, as logarithms, and where it ends. */
const SEARCH = { low: Math.log(0.05), high: Math.log(20), precision: 1e-4 };
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature with the least cross-entropy, which changes no answer. Guo et al., section 4.2. The loss has one
 * minimum over the inverse temperature, so a golden-section search finds it.
 */
export function temperatureOf(answers: readonly Judged[]): number {
  let [low, high] = [SEARCH.low, SEARCH.high];
  const lossAt = (logarithm: number) => crossEntropyOf(answers, Math.exp(logarithm));
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [lossLeft, lossRight] = [lossAt(left), lossAt(right)];
  // Stryker disable next-line EqualityOperator: the interval is never as long to the bit
  while (high - low > SEARCH.precision) {
    // Stryker disable next-line EqualityOperator: between two places of equal loss, either side has the minimum
    if (lossLeft < lossRight) {
      [high, right, lossRight] = [right, left, lossLeft];
      left = high - GOLDEN * (high - low);
      lossLeft = lossAt(left);
    } else {
      [low, left, lossLeft] = [left, right, lossRight];
      right = low + GOLDEN * (high - low);
      lossRight = lossAt(right);
    }
  }
  return Number(Math.exp((low + high) / 2).toPrecision(4));
}

export interface Calibration {
  /** Of all answers. */
  readonly temperature: number;
  readonly error: number;
  /** What the temperature of one half makes of the other's answers, both ways: no picture judges its own. */
  readonly temperedError: number;
  readonly bins: readonly Bin[];
  readonly temperedBins: readonly Bin[];
}

/** How well calibrated answers are, before and after a temperature. */
export function calibrationOf(answers: readonly Judged[]): Calibration {
  const half = (parity: number) => answers.filter((_, i) => i % 2 === parity);
  const crossed = [0, 1].flatMap((parity) => {
    const temperature = temperatureOf(half(1 - parity));
    return half(parity).map((answer) => tempered(answer, temperature));
  });
  return {
    temperature: temperatureOf(answers),
    error: calibrationError(answers),
    temperedError: calibrationError(crossed),
    bins: reliability(answers),
    temperedBins: reliability(crossed),
  };
}
