// The recipes of the lessons: families, their options, and what a wrong one is answered with.
import { describe, expect, it } from 'vitest';
import { memberOf, merged } from '../../../train/recipes/family.ts';
import { families, findRecipe, stepsOf, wordsOf } from '../../../train/recipes/index.ts';

describe('findRecipe', () => {
  it.each(
    families.flatMap(({ recipe, options = [] }) =>
      options.length === 0
        ? [{ name: recipe.name, chosen: {}, isSaid: true }]
        : options.flatMap((option) =>
            Object.keys(option.values).map((value) => ({
              name: recipe.name,
              chosen: { [option.name]: value },
              // What came later than its family's runs is not said where it is as it always was.
              isSaid: !option.isLater || value !== option.standard,
            })),
          ),
    ),
  )('resolves $name with $chosen', ({ name, chosen, isSaid }) => {
    const recipe = findRecipe(name, {}, chosen);
    expect(recipe.name).toBe(name);
    expect(recipe.options ?? {}).toMatchObject(isSaid ? chosen : {});
    // What is written down can be read again, to the same recipe.
    expect(findRecipe(name, {}, recipe.options)).toEqual(recipe);
  });

  it('changes what an option names, and nothing else', () => {
    const { options: own, ...standard } = findRecipe('conv-mnist');
    const { options, ...small } = findRecipe('conv-mnist', {}, { init: 'small' });
    expect(own).toEqual({ init: 'variance-scaling', optimizer: 'sgd' });
    expect(options).toEqual({ init: 'small', optimizer: 'sgd' });
    expect(small).toEqual({
      ...standard,
      architecture: { ...standard.architecture, initializer: 'small' },
      schedule: { ...standard.schedule, learningRate: 0.01 },
      epochs: 1,
    });
  });

  it.each([
    ['conv-mnist', { init: 'smal' }, /--init takes normal, small, variance-scaling.*Did you mean small/],
    ['conv-mnist', { preset: 'raw' }, /conv-mnist has no option --preset; it has --init, --optimizer/],
    ['digits', { init: 'small' }, /digits has no option --init; it has no options of its own/],
    ['conv-mnsit', {}, /Did you mean conv-mnist/],
    ['conv-mnist', { init: 'toString' }, /--init takes normal/],
  ])('answers %s %j in words', (name, chosen, message) => {
    expect(() => findRecipe(name, {}, chosen)).toThrow(message);
  });
});

describe('the published settings', () => {
  it('train vgg-cifar --preset raw and mean-image for 10,000 steps of 100, apart by the mean image alone', () => {
    const [raw, mean] = ['raw', 'mean-image'].map((preset) => findRecipe('vgg-cifar', {}, { preset }));
    expect(raw?.batchSize).toBe(100);
    expect(raw && stepsOf(raw, 50_000 / 100)).toBe(10_000);
    const { options: _, standardize, ...rest } = mean ?? {};
    expect(raw).toMatchObject(rest);
    expect(standardize).toEqual({ ...raw?.standardize, meanImage: true });
  });

  it('decay weights alike in every preset of vgg-cifar, whose optimizers differ', () => {
    const presets = ['raw', 'mean-image', 'best'].map((preset) => findRecipe('vgg-cifar', {}, { preset }));
    expect(presets.map(({ optimizer }) => optimizer.weightDecay)).toEqual([5e-4, 5e-4, 5e-4]);
  });

  it('take all remedies together as each of them alone', () => {
    const { remedy: values } = Object.fromEntries(
      families.flatMap(({ options = [] }) => options.map((option) => [option.name, option.values])),
    );
    const all = findRecipe('remedies', {}, { remedy: 'all' });
    for (const [name, changes] of Object.entries(values ?? {}))
      if (name !== 'all') expect(all, name).toMatchObject(changes);
  });
});

describe('merged', () => {
  it('goes into objects, but replaces one of another name, and lists', () => {
    const base = { a: { name: 'x', b: 1, c: [1, 2] }, d: 1 };
    expect(merged(base, { a: { b: 2 } })).toEqual({ a: { name: 'x', b: 2, c: [1, 2] }, d: 1 });
    expect(merged(base, { a: { name: 'y' } })).toEqual({ a: { name: 'y' }, d: 1 });
    expect(merged(base, { a: { c: [3] } })).toEqual({ a: { name: 'x', b: 1, c: [3] }, d: 1 });
  });
});

describe('wordsOf', () => {
  it('says what to type', () => {
    expect(wordsOf(findRecipe('digits'))).toBe('digits');
    expect(wordsOf(findRecipe('vgg-cifar', {}, { preset: 'raw' }))).toBe('vgg-cifar --preset raw');
    expect(() => memberOf({ recipe: { ...findRecipe('digits') } }, { a: 'b' })).toThrow(/no option --a/);
  });
});
