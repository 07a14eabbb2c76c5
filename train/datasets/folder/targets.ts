// Targets of pictures, `[N,K]`, from what is listed of each.
import type { TargetTask } from '../../tasks/task.ts';

/**
 * @param answers - Of several labels the numbers of those that each picture has; of numbers these, K of each.
 * @param count - K
 */
export function targetsOf(
  task: TargetTask,
  answers: readonly (readonly number[])[],
  count: number,
): Float32Array<ArrayBuffer> {
  const targets = new Float32Array(answers.length * count);
  for (const [i, own] of answers.entries()) {
    if (task === 'regression') targets.set(own, i * count);
    else for (const label of own) targets[i * count + label] = 1;
  }
  return targets;
}
