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

  const side = z.union([z.int(), z.strictObject({ height: z.int() }), z.strictObject({ width: z.int() })]);
  const net = z.discriminatedUnion('name', [
    z.strictObject({ name: z.literal('vgg') }),
    z.strictObject({ name: z.literal('resnet') }),
  ]);
  it.each<[z.ZodType, unknown, string]>([
    [z.int().max(9), 10, 'expected at most 9; received 10'],
    [z.string().min(2), 'x', 'expected at least 2 characters; received "x"'],
    [z.array(z.int()).max(2), [1, 2, 3], 'expected at most 2 values; received [1,2,3]'],
    [z.string(), 1, 'expected a text; received 1'],
    [z.boolean(), 'yes', 'expected true or false; received "yes"'],
    [z.tuple([z.int()]), 1, 'expected a list; received 1'],
    [z.record(z.string(), z.int()), 1, 'expected an object; received 1'],
    [z.date(), 1, 'expected date; received 1'],
    [z.literal('x'), 'y', 'expected x; received "y"'],
    [z.enum(['center', 'stretch']), 3, 'expected one of center, stretch; received 3'],
    [z.enum(['center', 'stretch']), 'zzzzzz', 'expected one of center, stretch; received "zzzzzz"'],
    [z.string().regex(/x/), 'y', 'expected something else (invalid_format); received "y"'],
    [z.int().refine((n) => n > 9, 'not enough'), 1, 'not enough'],
    [z.string('the name is expected'), undefined, 'the name is expected'],
    [
      z.union([z.string('expected a name, as expected'), z.int()]),
      true,
      'expected a name, as expected, or a number; received true',
    ],
    [
      z.union([z.string('its name is expected x'), z.int()]),
      true,
      'expected its name is expected x, or a number; received true',
    ],
    [
      side,
      { height: 'x' },
      'expected a number, or height: a number, or width: a number; received {"height":"x"}',
    ],
    [z.union([z.int(), z.number().max(1)]), 'x', 'expected a number; received "x"'],
    [net, { name: 'vg' }, 'name: expected one of vgg, resnet (vgg?); received "vg"'],
    [net, {}, 'name: missing: expected one of vgg, resnet'],
    [z.strictObject({ net }), { net: null }, 'net: expected an object; received null'],
    [z.strictObject({}), { a: 1 }, 'there is no field a'],
    [z.record(z.enum(['a']), z.int()), { a: 1, aa: 1 }, 'there is no field aa'],
    [
      z.strictObject({ epochs: z.int(), rate: z.int() }),
      { epochs: 1, rate: 1, xyz: 1, zyx: 1 },
      'there are no fields xyz, zyx; there are: epochs, rate',
    ],
    [
      z.strictObject({ epochs: z.int() }),
      { epochs: 1, xyz: 1, epoch: 1 },
      'there are no fields xyz, epoch (epochs?)',
    ],
  ])('says what is wrong with a value as a whole: %#', (schema, value, expected) => {
    const [first, ...more] = validate(schema, value).problems ?? [];
    expect(first && lineOf(first, '').replace(/^: /, '')).toBe(expected);
    expect(more).toEqual([]);
  });

  it('shows a value of 60 characters, and the beginning of a longer one', () => {
    const received = (value: string) =>
      validate(z.int(), value).problems?.[0]?.message.split('; received ')[1];
    expect(received('x'.repeat(58))).toBe(`"${'x'.repeat(58)}"`);
    expect(received('x'.repeat(59))).toBe(`"${'x'.repeat(59)}...`);
  });

  it('shows the beginning of a long value', () => {
    expect(lines({ ...valid, epochs: 'x'.repeat(1000) })[0]).toHaveLength(
      'epochs: expected a number; received "...'.length + 59,
    );
  });
});
