// A recipe that freezes a backbone keeps its proportions when its length or its learning rate is changed.
import { describe, expect, it } from 'vitest';
import { adjusted } from '../../../train/recipes/adjust.ts';
import { findRecipe, resolveRecipe } from '../../../train/recipes/index.ts';
import { folderNetworks, USUAL } from '../../../train/recipes/networks.ts';

const frozen = resolveRecipe({ ...findRecipe('digits'), ...folderNetworks.get(USUAL)?.recipe });

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

  it.each([...folderNetworks])('of %s is valid', (_, { recipe }) => {
    expect(() => resolveRecipe({ ...findRecipe('digits'), ...recipe })).not.toThrow();
  });
});
