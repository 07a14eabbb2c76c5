// Augmentation on the command line: presets, transforms one by one, and the messages about mistakes.
import { describe, expect, it } from 'vitest';
import { augmentBy, augmentOptions, augmentSchema, presets } from '../../../train/augment/index.ts';
import { findRecipe, wordsOf } from '../../../train/recipes/index.ts';

describe('augmentBy', () => {
  it.each(Object.entries(presets))('%s is a valid preset', (name, preset) => {
    expect(augmentBy({ rotate: 3 }, { augment: name })).toEqual(augmentSchema.parse(preset));
  });

  it('has the defaults of fastai’s aug_transforms', () => {
    expect(presets.photo).toEqual({
      flip: 'random',
      maxRotate: 10,
      maxZoom: 1.1,
      maxWarp: 0.2,
      maxLighting: 0.2,
    });
  });

  it('changes one transform of a preset, turns one off, adds one', () => {
    const chosen = {
      augment: 'photo',
      'max-rotate': '30',
      'max-warp': 'off',
      cutmix: '1',
      'flip-vert': 'on',
    };
    expect(augmentBy({}, chosen)).toEqual({
      ...{ flip: 'random', maxRotate: 30, maxZoom: 1.1, maxLighting: 0.2, cutmix: 1, flipVert: true },
    });
    expect(
      augmentBy({ rotate: 3, elastic: { alpha: 1, sigma: 2 } }, { elastic: 'off', zoom: '0.2' }),
    ).toEqual({
      rotate: 3,
      zoom: 0.2,
    });
  });

  it('takes the alpha of elastic distortion, whose sigma is 5 pixels', () => {
    expect(augmentBy({}, { elastic: '36' })).toEqual({ elastic: { alpha: 36, sigma: 5 } });
    expect(() => augmentBy({}, { elastic: ' ' })).toThrow(
      /^--elastic takes pixels from 0 to 1024; received " "\./,
    );
  });

  it('is offered by text options, the presets first', () => {
    expect(Object.keys(augmentOptions)[0]).toBe('augment');
    expect(augmentOptions.augment).toMatchObject({
      ...{ type: 'string', valueHint: 'none|gentle|photo|aerial|digits' },
      description: expect.stringMatching(/^Several of these together/),
    });
    expect(augmentOptions['max-rotate']).toEqual({
      ...{ type: 'string', valueHint: 'number' },
      description: 'Rotate by up to so many degrees (photo: 10)',
    });
  });

  it.each([
    [
      { augment: 'phto' },
      /takes none, gentle, photo, aerial, digits; received "phto"\. Did you mean photo\?/,
    ],
    [{ 'max-rotate': 'ten' }, /^--max-rotate takes degrees from 0 to 180; received "ten"\.\n/],
    [{ 'max-zoom': '0.9' }, /^--max-zoom takes a factor from 1 to 10; received "0\.9"\.\n/],
    [{ 'flip-vert': 'yes' }, /^--flip-vert takes on; received "yes"\.\n`off` turns a transform off\.$/],
  ])('answers %j', (chosen, complaint) => {
    expect(() => augmentBy({}, chosen)).toThrow(complaint);
  });
});

it('a recipe keeps what was chosen, and says what to type to get it again', () => {
  const recipe = findRecipe('digits', {}, { augment: 'photo', 'max-zoom': '1.2' });
  expect(recipe.augment).toEqual({ ...presets.photo, maxZoom: 1.2 });
  expect(wordsOf(recipe)).toBe('digits --augment photo --max-zoom 1.2');
  expect(findRecipe('digits', {}, recipe.options)).toEqual(recipe);
});
