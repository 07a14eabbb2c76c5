// A teacher's probabilities at a temperature.
import type { Task } from '../tasks/task.ts';

/** The smallest normal float32: of a probability that was rounded to 0, what there is left to divide. */
const TINY = 2 ** -126;

/**
 * Probabilities as if the logits behind them had been divided by the temperature, which their logarithms are but for
 * what is common to all: `p^(1/T)`, normalized over the classes; of several labels each for itself, against `1 - p`.
 *
 * @param probabilities - `[N,K]`.
 * @returns the same in shared memory.
 */
export function softened(
  probabilities: Float32Array,
  classes: number,
  task: Task,
  temperature: number,
): Float32Array {
  const result = new Float32Array(new SharedArrayBuffer(probabilities.byteLength));
  const power = (p: number) => Math.max(p, TINY) ** (1 / temperature);
  for (let from = 0; from < probabilities.length; from += classes) {
    const row = probabilities.subarray(from, from + classes);
    const powers = Array.from(row, power);
    const sum = powers.reduce((total, each) => total + each, 0);
    for (const [k, each] of powers.entries())
      result[from + k] = each / (task === 'multi' ? each + power(1 - (row[k] ?? 0)) : sum);
  }
  return result;
}
