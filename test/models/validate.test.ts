// The messages about values that a schema refuses are in our words, never in the schema library's.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lineOf, validate } from '../../models/validate.ts';

const schema = z.strictObject({
  epochs: z.int().min(1),
  rate: z.number().positive().lt(1),
  crop: z.enum(['center', 'stretch']),
  sizes: z.array(z.number()).min(1),
  pair: z.tuple([z.number(), z.number()]),
  net: z.discriminatedUnion('name', [
    z.strictObject({ name: z.literal('vgg'), units: z.int() }),
    z.strictObject({ name: z.literal('resnet') }),
  ]),
  side: z.union([z.int(), z.strictObject({ height: z.int() })]),
});
const valid = {
  ...{ epochs: 1, rate: 0.5, crop: 'center', sizes: [1], pair: [1, 2] },
  ...{ net: { name: 'vgg', units: 1 }, side: 3 },
};
const lines = (value: unknown) =>
  validate(schema, value).problems?.map((problem) => lineOf(problem, 'recipe')) ?? [];

describe('validate', () => {
  it('gives a valid value back', () => {
    expect(validate(schema, valid).value).toEqual(valid);
    expect(validate(z.strictObject({ epochs: z.int().default(2) }), {}).value).toEqual({ epochs: 2 });
  });

  it.each<[object, string]>([
    [{ epochs: 0 }, 'epochs: expected at least 1; received 0'],
    [{ epochs: 1.5 }, 'epochs: expected a whole number; received 1.5'],
    [{ epochs: 'many' }, 'epochs: expected a number; received "many"'],
    [{ epochs: undefined }, 'epochs: missing: expected a number'],
    [{ rate: 0 }, 'rate: expected more than 0; received 0'],
    [{ rate: 1 }, 'rate: expected less than 1; received 1'],
    [{ crop: 'strech' }, 'crop: expected one of center, stretch (stretch?); received "strech"'],
    [{ sizes: [] }, 'sizes: expected at least 1 value; received []'],
    [{ sizes: 3 }, 'sizes: expected a list; received 3'],
    [{ pair: [1] }, 'pair: expected at least 2 values; received [1]'],
    [{ net: { name: 'vg' } }, 'net.name: expected one of vgg, resnet (vgg?); received "vg"'],
    [{ net: { name: 'vgg', units: 'x' } }, 'net.units: expected a number; received "x"'],
    [{ net: { name: 'resnet', units: 1 } }, 'net: there is no field units; there are: name'],
    [{ net: 7 }, 'net: expected an object; received 7'],
    [{ side: 'x' }, 'side: expected a number, or an object; received "x"'],
    [{ epoch: 3 }, 'recipe: there is no field epoch (epochs?)'],
  ])('answers %j in our words', (change, line) => {
    expect(lines({ ...valid, ...change })).toEqual([line]);
  });

  it('shows the beginning of a long value', () => {
    expect(lines({ ...valid, epochs: 'x'.repeat(1000) })[0]).toHaveLength(
      'epochs: expected a number; received "...'.length + 59,
    );
  });
});
