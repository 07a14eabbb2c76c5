// A recipe that freezes a backbone keeps its proportions when its length or its learning rate is changed.
import { describe, expect, it } from 'vitest';
import { adjusted } from '../../../train/recipes/adjust.ts';
import { adjustedOptions } from '../../../train/recipes/adjusted-options.ts';
import { findRecipe, resolveRecipe } from '../../../train/recipes/index.ts';
import { folderNetworks, USUAL } from '../../../train/recipes/networks.ts';
import { usualRecipe } from '../../../train/recipes/usual-recipe.ts';

const frozen = resolveRecipe({ ...findRecipe('digits'), ...folderNetworks.get(USUAL)?.recipe });

const photos = resolveRecipe({ ...frozen, dataset: '/photos', options: {} });

describe('an adjusted recipe', () => {
  it('is the same when nothing is asked for', () => {
    expect(adjusted(frozen, {})).toEqual(frozen);
    expect(adjusted(findRecipe('digits'), {})).toEqual(findRecipe('digits'));
  });

  it('freezes at most half of fewer epochs, and as many as asked for', () => {
    expect(adjusted(frozen, { epochs: 4 }).freeze?.epochs).toBe(2);
    expect(adjusted(frozen, { epochs: 30 }).freeze?.epochs).toBe(5);
    expect(adjusted(frozen, { epochs: 4, freezeEpochs: 4 }).freeze?.epochs).toBe(4);
    expect(adjusted(frozen, { freezeEpochs: 0 }).freeze).toBeUndefined();
  });

  it('scales both learning rates alike', () => {
    const { schedule, freeze } = adjusted(frozen, { learningRate: 0.002 });
    expect(schedule.learningRate).toBe(0.002);
    expect(freeze?.schedule.learningRate).toBe(0.02);
  });

  it('cannot freeze a network that begins with nothing', () => {
    expect(() => adjusted(findRecipe('digits'), { freezeEpochs: 1 })).toThrow(
      /trains small-cnn from scratch/,
    );
  });

  it('has another optimizer with the weight decay of the one before, and what else is asked for', () => {
    const asked = { optimizer: 'momentum', dropout: 0.5, labelSmoothing: 0.1, average: 0.99 };
    expect(adjusted(frozen, asked)).toEqual({
      ...frozen,
      optimizer: { name: 'momentum', weightDecay: 0.01 },
      architecture: { ...frozen.architecture, dropout: 0.5 },
      labelSmoothing: 0.1,
      average: { decay: 0.99, every: 1 },
    });
    const { optimizer } = adjusted(frozen, { weightDecay: 0.3 });
    expect(optimizer).toEqual({ ...frozen.optimizer, weightDecay: 0.3 });
    const { average } = adjusted(findRecipe('cifar-fast'), { average: 0 });
    expect(average).toBeUndefined();
    expect(() => adjusted(findRecipe('digits'), { dropout: 0.5 })).toThrow(/the network small-cnn has none/);
  });

  it.each([
    [findRecipe('digits'), {}, ''],
    [findRecipe('digits'), { epochs: 3, learningRate: 0.02, weightDecay: 0.1 }, '--weight-decay 0.1'],
    [findRecipe('conv-mnist', {}, { optimizer: 'adam' }), {}, ''],
    [
      findRecipe('fc-mnist'),
      { optimizer: 'adamw', labelSmoothing: 0.1 },
      '--optimizer adamw --label-smoothing 0.1',
    ],
    [findRecipe('cifar-fast'), { labelSmoothing: 0 }, '--label-smoothing 0'],
    [findRecipe('digits'), { validation: 'test' as const }, '--valid test'],
    [findRecipe('conv-mnist'), { validation: 'test' as const }, ''],
    [findRecipe('circles', {}, { as: 'regression' }), { loss: 'l1' as const }, '--loss l1'],
    [findRecipe('circles', {}, { as: 'regression' }), { loss: 'huber' as const }, ''],
    [photos, {}, ''],
    [photos, { freezeEpochs: 2, dropout: 0.5, average: 0.99 }, '--dropout 0.5 --average 0.99'],
    [photos, { freezeEpochs: 0, optimizer: 'muon', weightDecay: 0 }, '--optimizer muon --weight-decay 0'],
  ])('can be asked for again: %#', (recipe, adjustment, words) => {
    const made = resolveRecipe(adjusted(recipe, adjustment));
    if ('validation' in adjustment) expect(made.validation).toBeUndefined();
    expect(adjustedOptions(made, usualRecipe(made)).join(' ')).toBe(words);
  });

  it.each([...folderNetworks])('of %s is valid', (_, { recipe }) => {
    expect(() => resolveRecipe({ ...findRecipe('digits'), ...recipe })).not.toThrow();
  });
});
