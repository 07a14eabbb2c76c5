// What is promised of cards: what is no card is refused by field, in words; what is one is written the same every time.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type Card,
  type CardOf,
  cardKey,
  cardMetadata,
  checkCard,
  checkValue,
  readCard,
} from '../../models/card.ts';
import { CARD_CHANGED, proofOf, withDigest } from '../../models/card-proof.ts';
import { readMetadata } from '../../models/onnx/metadata.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { shippedModels } from '../shipped.ts';
import { readSingleCard } from '../single-card.ts';

const file = readFileSync(shippedModels.digits);
const written = readSingleCard(file);
const hex = 'a1'.repeat(32);
const full: CardOf<'single'> = {
  ...written,
  output: { name: 'probabilities', values: 'distribution' },
  calibration: { temperature: 1.5, n: 10, error: 0.5, temperedError: 0.25 },
  parity: { n: 10, maxProbabilityDifference: 0, changedLabels: 1, ties: 1, tolerance: 0, against: 'x' },
  quantization: {
    weights: 'int8',
    from: hex,
    calibrationPictures: 0,
    n: 10,
    accuracyBefore: 1,
    changedLabels: 0,
    maxProbabilityDifference: 0.5,
  },
};

/** A copy in which the value at a path is another, or is missing. */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(full);
  const inner = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(Object(at), key), copy);
  if (value === undefined) Reflect.deleteProperty(Object(inner), path.at(-1) ?? '');
  else Reflect.set(Object(inner), path.at(-1) ?? '', value);
  return copy;
}

function linesOf(value: unknown): string[] {
  try {
    checkCard(value);
    return [];
  } catch (error) {
    return String(error)
      .replace(/^\w*Error: /, '')
      .split('\n');
  }
}

it('takes a card with every field, and gives it back', () => {
  expect(checkCard(full)).toEqual(full);
  expect(checkCard({ ...full, later: 1 })).toEqual(full);
});

describe('is refused by its line:', () => {
  it.each<[(string | number)[], unknown, string]>([
    [
      ['format'],
      'trainyard-card/3',
      'card.format: received "trainyard-card/3", expected "trainyard-card/1" or "trainyard-card/2"',
    ],
    [['format'], 'trainyard-card/2', 'card.task: received "single", expected "multi" or "regression"'],
    [['task'], 'multi', 'card.task: received "multi", expected "single"'],
    [['name'], '', 'card.name: received "", expected at least 1'],
    [['labels'], [], 'card.labels: received [], expected at least 1 items'],
    [['labels', 3], 7, 'card.labels[3]: received 7, expected string'],
    [['input', 'name'], 'x', 'card.input.name: received "x", expected "image"'],
    [['input', 'shape', 2], 2, 'card.input.shape[2]: received 2, expected 1 or 3'],
    [['input', 'shape', 0], 0, 'card.input.shape[0]: received 0, expected at least 1'],
    [['output', 'name'], 'x', 'card.output.name: received "x", expected "probabilities"'],
    [['output', 'values'], 'x', 'card.output.values: received "x", expected "distribution" or "independent"'],
    [['architecture', 'name'], '', 'card.architecture.name: received "", expected at least 1'],
    [['architecture', 'parameters'], -1, 'card.architecture.parameters: received -1, expected at least 0'],
    [['architecture', 'parameters'], 0.5, 'card.architecture.parameters: received 0.5, expected int'],
    [['tta'], 'x', 'card.tta: received "x", expected "none" or "mirror" or "mirror-shift"'],
    [['calibration', 'temperature'], 0, 'card.calibration.temperature: received 0, expected more than 0'],
    [['calibration', 'error'], 1.5, 'card.calibration.error: received 1.5, expected at most 1'],
    [
      ['calibration', 'temperedError'],
      -1,
      'card.calibration.temperedError: received -1, expected at least 0',
    ],
    [['recipe'], 'x', 'card.recipe: received "x", expected record'],
    [
      ['recipeDigest'],
      hex.slice(1),
      `card.recipeDigest: received "${hex.slice(1, 60)}…, expected a SHA-256 digest in 64 hex digits`,
    ],
    [['weightsDigest'], 'x', 'card.weightsDigest: received "x", expected a SHA-256 digest in 64 hex digits'],
    [
      ['datasets', 0, 'split'],
      'valid',
      'card.datasets[0].split: received "valid", expected "train" or "validation" or "test"',
    ],
    [['datasets', 1, 'name'], '', 'card.datasets[1].name: received "", expected at least 1'],
    [['metrics', 'split'], 'train', 'card.metrics.split: received "train", expected "test" or "validation"'],
    [['metrics', 'accuracy'], 1.1, 'card.metrics.accuracy: received 1.1, expected at most 1'],
    [['metrics', 'loss'], -0.1, 'card.metrics.loss: received -0.1, expected at least 0'],
    [
      ['golden', 0, 'input'],
      'x',
      'card.golden[0].input: received "x", expected "zeros" or "ramp" or "checker" or "noise"',
    ],
    [['golden', 1, 'probabilities', 2], 2, 'card.golden[1].probabilities[2]: received 2, expected at most 1'],
    [
      ['parity', 'maxProbabilityDifference'],
      -1,
      'card.parity.maxProbabilityDifference: received -1, expected at least 0',
    ],
    [['parity', 'tolerance'], -1, 'card.parity.tolerance: received -1, expected at least 0'],
    [['parity', 'ties'], -1, 'card.parity.ties: received -1, expected at least 0'],
    [
      ['quantization', 'weights'],
      'int4',
      'card.quantization.weights: received "int4", expected "int8" or "float16"',
    ],
    [
      ['quantization', 'maxProbabilityDifference'],
      -1,
      'card.quantization.maxProbabilityDifference: received -1, expected at least 0',
    ],
    [
      ['quantization', 'accuracyBefore'],
      2,
      'card.quantization.accuracyBefore: received 2, expected at most 1',
    ],
    [
      ['cardDigest'],
      `${hex}0`,
      `card.cardDigest: received "${hex.slice(0, 59)}…, expected a SHA-256 digest in 64 hex digits`,
    ],
    [['description'], undefined, 'card.description: received nothing, expected string'],
    [['labels'], undefined, 'card.labels: received nothing, expected array'],
    [['input', 'shape'], [28, 28], 'card.input.shape: received [28,28], expected at least 3 items'],
  ])('%j as %j', (path, value, line) => {
    expect(linesOf(changed(path, value))[0]).toBe(line);
  });

  it('a digit rule for other shapes than 28 x 28 in gray', () => {
    for (const shape of [
      [28, 27, 1],
      [27, 28, 1],
      [28, 28, 3],
    ])
      expect(linesOf(changed(['input', 'shape'], shape))).toEqual([
        `card.input.shape: received ${JSON.stringify(shape)}, expected [28,28,1] for the digit rule`,
      ]);
    const rule = { rule: 'resize', filter: 'bilinear', crop: 'center' };
    expect(linesOf({ ...full, input: { name: 'image', shape: [9, 8, 3], prepare: rule } })).toEqual([]);
  });

  it('other numbers of expected answers than of labels', () => {
    expect(linesOf(changed(['golden', 2, 'probabilities'], [0.5, 0.5]))).toEqual([
      'card.golden[2].probabilities: received [0.5,0.5], expected 10 probabilities, one for each label',
    ]);
  });

  it('several faults, each on its line', () => {
    expect(linesOf({ ...full, name: '', tta: 'x' })).toHaveLength(2);
  });

  it.each([null, 5, 'x', []])('%j, which is no object', (value) => {
    expect(linesOf(value)).toEqual([`card: received ${JSON.stringify(value)}, expected object`]);
  });

  it('a rule that has other fields than its own', () => {
    const prepare = (rule: object) => linesOf(changed(['input', 'prepare'], rule));
    expect(prepare({ rule: 'resize', filter: 'nearest', crop: 'center' })).toEqual([
      'card.input.prepare.filter: received "nearest", expected "bilinear" or "bicubic"',
    ]);
    expect(prepare({ rule: 'resize', filter: 'bicubic', crop: 'x' })).toEqual([
      'card.input.prepare.crop: received "x", expected "center" or "stretch"',
    ]);
    expect(prepare({ rule: 'resize', filter: 'bicubic', crop: 'center', shorter: 0 })).toEqual([
      'card.input.prepare.shorter: received 0, expected at least 1',
    ]);
    expect(prepare({ rule: 'resize', filter: 'bicubic', crop: 'center', shorter: 1 })).toEqual([]);
  });
});

describe('values that a schema refuses, by lines that begin as they are told to:', () => {
  const schema = z.strictObject({
    sides: z.array(z.int()).min(2).max(3),
    share: z.number().lt(1),
    name: z.string(),
  });
  const valid = { sides: [1, 2], share: 0.5, name: 'x' };
  it.each<[object, string]>([
    [{ sides: [1] }, 'x.json sides: received [1], expected at least 2 items'],
    [{ sides: [1, 2, 3, 4] }, 'x.json sides: received [1,2,3,4], expected at most 3 items'],
    [{ share: 2 }, 'x.json share: received 2, expected less than 1'],
    [{ size: 1, side: 2 }, 'x.json: received size, side, which it does not have'],
    [
      { name: [1234567, 'x'.repeat(48)] },
      `x.json name: received [1234567,"${'x'.repeat(48)}"], expected string`,
    ],
    [
      { name: [1234567, 'x'.repeat(49)] },
      `x.json name: received [1234567,"${'x'.repeat(49)}"…, expected string`,
    ],
  ])('%j', (change, line) => {
    expect(() => checkValue(schema, { ...valid, ...change }, 'x.json ')).toThrow(line);
    expect(checkValue(schema, valid, '')).toEqual(valid);
  });

  it('of a list, with their places', () => {
    expect(() => checkValue(z.array(schema), [valid, { ...valid, name: 1 }], 'x.json ')).toThrow(
      'x.json [1].name: received 1, expected string',
    );
  });
});

describe('fields that may be missing', () => {
  it.each([['calibration'], ['quantization'], ['cardDigest'], ['output', 'values'], ['parity', 'ties']])(
    '%s %s',
    (...path) => {
      expect(linesOf(changed(path.filter(Boolean), undefined))).toEqual([]);
    },
  );

  it('metrics and parity may be null; views are one if nothing is said', () => {
    expect(checkCard({ ...full, metrics: null, parity: null })).toMatchObject({
      metrics: null,
      parity: null,
    });
    const { tta: _, ...rest } = full;
    expect(checkCard(rest).tta).toBe('none');
  });
});

describe('the metadata of a file', () => {
  const fileOf = (metadata: Record<string, string>) =>
    encodeModel({
      ...decodeModel(file),
      metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });

  it('say how pixels are written, and hold the card', () => {
    const metadata = readMetadata(file);
    expect(cardMetadata(written)).toEqual({
      'Image.BitmapPixelFormat': 'Gray8',
      'Image.ColorSpaceGamma': 'SRGB',
      'Image.NominalPixelRange': 'NominalRange_0_255',
      [cardKey]: metadata[cardKey],
    });
    const rule = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
    const color: Card = { ...full, input: { name: 'image', shape: [9, 8, 3], prepare: rule } };
    expect(cardMetadata(color)['Image.BitmapPixelFormat']).toBe('Rgb8');
    expect(() => cardMetadata({ ...full, name: '' })).toThrow('card.name');
  });

  it('without a card, or with one that is no JSON, are refused', () => {
    expect(() => readCard(fileOf({}))).toThrow(
      /^the model has no card: expected metadata_props to hold "trainyard\.card"/,
    );
    expect(() => readCard(fileOf({ [cardKey]: '{' }))).toThrow(/^card: received text that is not JSON/);
    expect(readCard(fileOf({ [cardKey]: JSON.stringify(full) }))).toEqual(full);
  });

  it('with two cards are refused', () => {
    const model = decodeModel(file);
    const card = { key: cardKey, value: JSON.stringify(full) };
    expect(() => readCard(encodeModel({ ...model, metadata_props: [card, card] }))).toThrow(
      /^the model has 2 cards, expected one "trainyard\.card"/,
    );
  });
});

describe('the digest of a card', () => {
  const proven = withDigest(full);

  it('proves everything but name, description and recipe', () => {
    expect(proofOf(proven)).toBe('holds');
    expect(proofOf({ ...proven, name: 'x', description: 'y', recipe: { z: 1 } })).toBe('holds');
    for (const change of [
      { labels: written.labels.toReversed() },
      { weightsDigest: hex },
      { golden: [] },
      { calibration: { temperature: 2, n: 10, error: 0.5, temperedError: 0.25 } },
      { cardDigest: hex },
    ])
      expect(proofOf({ ...proven, ...change })).toBe('changed');
    expect(CARD_CHANGED).toMatch(/^its card is not as it was written with the model/);
  });

  it('is absent in older cards, which is said', () => {
    const { cardDigest: _, ...older } = proven;
    expect(proofOf(older)).toBe('older');
  });
});
