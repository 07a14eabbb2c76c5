// Which arithmetic a training uses where its recipe leaves that open.
import { inspectCpu } from '../../setup/machine/cpu.mjs';
import type { Recipe } from '../recipes/recipe.ts';

type Precision = Recipe['precision'];

/** What `--precision` takes. */
export const precisionChoices = ['auto', 'float32', 'bfloat16'] as const;

export type PrecisionChoice = (typeof precisionChoices)[number];

/**
 * The precisions that `wanted` admits, the one to start with first; an interrupted run may have either.
 * `auto` takes bfloat16 where the processor multiplies it natively: elsewhere it is emulated, seven times slower.
 */
export function precisionsFor(
  wanted: PrecisionChoice,
  native = inspectCpu().nativeBfloat16,
): readonly [Precision, ...Precision[]] {
  if (wanted !== 'auto') return [wanted];
  return native ? ['bfloat16', 'float32'] : ['float32', 'bfloat16'];
}
