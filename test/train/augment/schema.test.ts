// What a recipe may ask for, and the messages when it asks for something else.
import { describe, expect, it } from 'vitest';
import { lineOf, validate } from '../../../models/validate.ts';
import { augmentSchema, handwriting } from '../../../train/augment/index.ts';
import { mixing } from '../../../train/augment/mix.ts';
import { transforms } from '../../../train/augment/transforms.ts';

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

  it('says of every field what it takes', () => {
    const degrees = (most: number) => `degrees from 0 to ${most}`;
    const [fraction, share, count] = [
      'a fraction from 0 to 1',
      'a share from 0 to 1',
      'a number from 0 to 100',
    ];
    const expected: Readonly<Record<string, string>> = {
      ...{ rotate: degrees(180), zoom: fraction, stretch: fraction, shear: degrees(60) },
      ...{ shift: 'pixels from 0 to 1024', thickness: fraction, translate: 'whole pixels', flipVert: 'on' },
      ...{ flip: 'one of random, alternating', padMode: 'one of reflection, border, zeros' },
      ...{ maxRotate: degrees(180), minZoom: 'a factor from 0.1 to 1', maxZoom: 'a factor from 1 to 10' },
      ...{ maxShift: fraction, maxWarp: 'a fraction from 0 to 0.9', minScale: 'a share from 0.01 to 1' },
      ...{ pAffine: share, pLighting: share, maxLighting: 'a fraction from 0 to 0.95', erase: share },
      ...{ mixup: count, cutmix: count },
    };
    const { elastic: _, ...fields } = Object.assign(
      {},
      ...[...transforms, mixing].map((each) => each.fields),
    );
    expect(Object.keys(expected).sort()).toEqual(Object.keys(fields).sort());
    for (const [field, what] of Object.entries(expected))
      expect(complaints({ [field]: 'x' })).toEqual([`${field}: expected ${what}; received "x"`]);
    expect(complaints({ elastic: { alpha: 'x', sigma: 0.5 } })).toEqual([
      'elastic.alpha: expected pixels from 0 to 1024; received "x"',
      'elastic.sigma: expected pixels from 1 to 1024; received 0.5',
    ]);
  });
});
