// When the slow copies of the weights move, and how far.
import type { Recipe } from '../recipes/recipe.ts';
import type { TrainingStep } from './step.ts';

/**
 * Moves the slow copies of the weights, where the recipe has them and this is a step for it.
 * @param step - that was just taken, from 1 to `steps`.
 */
export function moveSlowCopies(
  { average, lookahead }: Pick<Recipe, 'average' | 'lookahead'>,
  blend: TrainingStep['blend'],
  step: number,
  steps: number,
): void {
  // The slow weights grow slower toward the end; the last step returns to them (arXiv 2404.00498, section 3.4).
  if (lookahead && step % lookahead.every === 0)
    blend('lookahead', lookahead.decay * (step / steps) ** lookahead.power);
  else if (lookahead && step === steps) blend('lookahead', 1);
  if (average && step % average.every === 0) {
    // Early averages forget faster, or the first random weights would stay in them for long.
    blend('average', Math.min(average.decay, (1 + step) / (10 + step)));
  }
}
