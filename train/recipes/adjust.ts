// A recipe with another length or another learning rate, its frozen stage along with it.
import { UserError } from '../../models/errors.ts';
import type { Recipe } from './recipe.ts';

export interface Adjustment {
  /** In all, the frozen ones among them. */
  epochs?: number | undefined;
  /** 0 freezes nothing. */
  freezeEpochs?: number | undefined;
  /** The peak. That of the frozen stage keeps its proportion to it. */
  learningRate?: number | undefined;
}

/**
 * The recipe as adjusted, for a new run: what another run was to be before is left out. Where epochs are given and frozen ones are not, at most half of them are frozen.
 * @throws UserError when a recipe without a pretrained network is asked to freeze some.
 */
export function adjusted(recipe: Recipe, { epochs, freezeEpochs, learningRate }: Adjustment): Recipe {
  const { freeze, steps, formerLengths: _former, ...rest } = recipe;
  if (freezeEpochs !== undefined && freezeEpochs > 0 && freeze === undefined)
    throw new UserError(
      `--freeze-epochs has no meaning here: ${recipe.name} trains ${recipe.architecture.name} from scratch, which leaves nothing to freeze.`,
    );
  const factor = (learningRate ?? recipe.schedule.learningRate) / recipe.schedule.learningRate;
  const frozen =
    freezeEpochs ??
    Math.min(freeze?.epochs ?? 0, epochs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(epochs / 2));
  return {
    ...rest,
    // Epochs that are asked for count, not the recipe's own number of steps.
    ...(epochs === undefined ? steps !== undefined && { steps } : { epochs }),
    schedule: { ...recipe.schedule, learningRate: recipe.schedule.learningRate * factor },
    ...(freeze !== undefined &&
      frozen > 0 && {
        freeze: {
          epochs: frozen,
          schedule: { ...freeze.schedule, learningRate: freeze.schedule.learningRate * factor },
        },
      }),
  };
}
