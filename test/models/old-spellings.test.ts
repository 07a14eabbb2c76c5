// What earlier versions wrote is still read: recipes, cards and card.json, with the spellings that they had.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPlainCard } from '../../models/adopt/card.ts';
import { checkCard } from '../../models/card.ts';
import { withTodaysSpellings } from '../../models/old-spellings.ts';
import { root } from '../../setup/paths.mjs';
import { findRecipe, resolveRecipe } from '../../train/recipes/index.ts';
import { readKept } from '../../train/results/kept.ts';
import older from './older-card.json' with { type: 'json' };

describe('files with old spellings', () => {
  it('a recipe that says standardise and centre is the one that says standardize and center', () => {
    const recipe = findRecipe('cifar-fast');
    const { standardize, ...rest } = recipe;
    const old = { ...rest, standardise: standardize, prepare: { ...recipe.prepare, crop: 'centre' } };
    expect(resolveRecipe(old)).toEqual(recipe);
  });

  it('a card of a CIFAR-10 model that says centre; its recipe stays as its digest has it', () => {
    const card = checkCard(older);
    expect(card.input.prepare).toMatchObject({ crop: 'center' });
    expect(card.recipe).toHaveProperty('standardise');
    expect(resolveRecipe(card.recipe).standardize.mean).toHaveLength(3);
  });

  it('a card.json that says centre and grey', () => {
    const text = JSON.stringify({
      labels: ['a', 'b'],
      input: { size: [8, 8], channels: 'grey', layout: 'NHWC' },
      resize: { crop: 'centre' },
      output: 'logits',
    });
    expect(readPlainCard(text)).toMatchObject({ input: { channels: 'gray' }, resize: { crop: 'center' } });
  });

  it('the lines that RESULTS.md is made of', () => {
    expect(readKept(join(root, 'docs/results.jsonl')).length).toBeGreaterThan(10);
  });

  it('changes nothing else', () => {
    const value = { crop: 'stretch', centre: 'centre', list: [{ channels: 'RGB' }, null, 3], name: 'grey' };
    expect(withTodaysSpellings(value)).toEqual(value);
  });
});
