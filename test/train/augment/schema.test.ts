// What a recipe may ask for, and the messages when it asks for something else.
import { describe, expect, it } from 'vitest';
import { lineOf, validate } from '../../../models/validate.ts';
import { augmentSchema, handwriting } from '../../../train/augment/index.ts';

function complaints(options: unknown): string[] {
  return validate(augmentSchema, options).problems?.map((problem) => lineOf(problem, 'augment')) ?? [];
}

describe('augmentSchema', () => {
  it('takes everything off, and the preset', () => {
    expect(augmentSchema.parse({})).toEqual({});
    expect(augmentSchema.parse(handwriting)).toEqual(handwriting);
  });

  it.each([
    [{ rotate: -3 }, 'rotate: expected degrees from 0 to 180; received -3'],
    [{ rotate: '10' }, 'rotate: expected degrees from 0 to 180; received "10"'],
    [{ zoom: 1.2 }, 'zoom: expected a fraction from 0 to 1; received 1.2'],
    [{ shear: 90 }, 'shear: expected degrees from 0 to 60; received 90'],
    [{ elastic: { alpha: 34, sigma: 0 } }, 'elastic.sigma: expected pixels from 1 to 1024; received 0'],
    [{ elastic: { alpha: 34 } }, 'elastic.sigma: missing: expected pixels from 1 to 1024'],
    [{ translate: 1.5 }, 'translate: expected whole pixels; received 1.5'],
    [{ translate: -1 }, 'translate: expected 0 or more; received -1'],
    [{ flip: 'vertical' }, 'flip: expected one of random, alternating; received "vertical"'],
    [{ rotat: 10 }, 'augment: there is no field rotat (rotate?)'],
  ])('answers %j with what it expected', (options, complaint) => {
    expect(complaints(options)).toEqual([complaint]);
  });
});
