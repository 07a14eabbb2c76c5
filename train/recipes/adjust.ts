// A recipe with some of its numbers changed: its length and learning rate, its frozen stage along with them, the
// optimizer, and what keeps a network from learning its pictures by heart.
import { UserError } from '../../models/errors.ts';
import { definitionOf } from '../definition.ts';
import { optimizers } from '../optimizers/index.ts';
import { type ClassWeights, NUMBER_LOSS, type NumberLoss } from '../tasks/task.ts';
import type { Recipe } from './recipe.ts';

export interface Adjustment {
  /** In all, the frozen ones among them. */
  epochs?: number | undefined;
  /** Ends after so many epochs without a better one. */
  patience?: number | undefined;
  /** 0 freezes nothing. */
  freezeEpochs?: number | undefined;
  /** The peak. That of the frozen stage keeps its proportion to it. */
  learningRate?: number | undefined;
  /** Its name. It has its usual options, and the weight decay of the one before. */
  optimizer?: string | undefined;
  weightDecay?: number | undefined;
  /** Share of the last layers' inputs that is left out. */
  dropout?: number | undefined;
  labelSmoothing?: number | undefined;
  /** Decay of the average of the weights; 0 averages nothing. */
  average?: number | undefined;
  classWeights?: ClassWeights | undefined;
  /** `usual` shows each picture once an epoch. */
  sampling?: 'balanced' | 'usual' | undefined;
  /** Gamma of the focal loss; 0 is off. */
  focal?: number | undefined;
  /** How far numbers are off, of which the mean is minimized. */
  loss?: NumberLoss | undefined;
  /** `test` validates with the test images, so that all training images are trained on. */
  validation?: 'test' | undefined;
}

/**
 * The recipe as adjusted, for a new run: what another run was to be before is left out. Where epochs are given and frozen ones are not, at most half of them, rounded up, are frozen.
 * @throws UserError when a recipe without a pretrained network is asked to freeze some.
 */
export function adjusted(recipe: Recipe, adjustment: Adjustment): Recipe {
  const own = withLoss(
    adjustment.validation === 'test' ? withoutValidation(recipe) : recipe,
    adjustment.loss,
  );
  return forUnequalClasses(regularized(scheduled(own, adjustment), adjustment), adjustment);
}

/** A recipe that minimizes another distance; Huber's is what is meant where nothing is said, of numbers. */
function withLoss(recipe: Recipe, loss: NumberLoss | undefined): Recipe {
  if (loss === undefined) return recipe;
  const { loss: _, ...rest } = recipe;
  return loss === NUMBER_LOSS && recipe.task === 'regression' ? rest : { ...rest, loss };
}

/** A recipe of which nothing is held out. */
function withoutValidation({ validation: _, ...rest }: Recipe): Recipe {
  return rest;
}

function scheduled(recipe: Recipe, { epochs, patience, freezeEpochs, learningRate }: Adjustment): Recipe {
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
    ...(patience !== undefined && { patience }),
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

/** @throws UserError when the network is asked for dropout and has none. */
function regularized(recipe: Recipe, adjustment: Adjustment): Recipe {
  const { optimizer, weightDecay, dropout, labelSmoothing, average } = adjustment;
  const { average: averageBefore, ...rest } = recipe;
  if (dropout !== undefined && !hasDropout(recipe))
    throw new UserError(`--dropout has no meaning here: the network ${recipe.architecture.name} has none.`);
  const rule =
    optimizer === undefined || optimizer === recipe.optimizer.name
      ? recipe.optimizer
      : {
          name: definitionOf('optimizer', optimizer, optimizers).name,
          weightDecay: recipe.optimizer.weightDecay,
        };
  const averaged =
    average === undefined ? averageBefore : average === 0 ? undefined : { decay: average, every: 1 };
  return {
    ...rest,
    ...(averaged !== undefined && { average: averaged }),
    optimizer: weightDecay === undefined ? rule : { ...rule, weightDecay },
    architecture: dropout === undefined ? recipe.architecture : { ...recipe.architecture, dropout },
    labelSmoothing: labelSmoothing ?? recipe.labelSmoothing,
  };
}

function forUnequalClasses(recipe: Recipe, adjustment: Adjustment): Recipe {
  const { classWeights, sampling, focal, ...rest } = recipe;
  const weights = adjustment.classWeights ?? classWeights;
  const [order, gamma] = [adjustment.sampling ?? sampling, adjustment.focal ?? focal];
  return {
    ...rest,
    ...(weights !== undefined && { classWeights: weights }),
    ...(order === 'balanced' && { sampling: order }),
    ...(gamma !== undefined && gamma > 0 && { focal: gamma }),
  };
}

/** Whether the network of a recipe can leave some of its inputs out. */
export function hasDropout({ architecture }: Pick<Recipe, 'architecture'>): boolean {
  return 'dropout' in architecture;
}
