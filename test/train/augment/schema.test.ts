// What a recipe may ask for, and what it is told when it asks for something else.
import { describe, expect, it } from 'vitest';
import { augmentSchema, handwriting } from '../../../train/augment/index.ts';

function complaints(options: unknown): string[] {
  const result = augmentSchema.safeParse(options);
  return result.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

describe('augmentSchema', () => {
  it('takes everything off, and the preset', () => {
    expect(augmentSchema.parse({})).toEqual({});
    expect(augmentSchema.parse(handwriting)).toEqual(handwriting);
  });

  it.each([
    [{ rotate: -3 }, 'rotate: expected degrees from 0 to 180'],
    [{ rotate: '10' }, 'rotate: expected degrees from 0 to 180'],
    [{ zoom: 1.2 }, 'zoom: expected a fraction from 0 to 1'],
    [{ shear: 90 }, 'shear: expected degrees from 0 to 60'],
    [{ elastic: { alpha: 34, sigma: 0 } }, 'elastic.sigma: expected pixels from 1 to 1024'],
    [{ elastic: { alpha: 34 } }, 'elastic.sigma: expected pixels from 1 to 1024'],
    [{ translate: 1.5 }, 'translate: expected whole pixels'],
    [{ translate: -1 }, 'translate: expected 0 or more'],
    [{ flip: 'vertical' }, 'flip: Invalid option: expected one of "random"|"alternating"'],
    [{ rotation: 10 }, ': Unrecognized key: "rotation"'],
  ])('answers %j with what it expected', (options, complaint) => {
    expect(complaints(options)).toEqual([complaint]);
  });
});
