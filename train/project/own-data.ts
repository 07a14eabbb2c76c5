// A data set of a user's own as one of ours: checked, copied to where threads share it, and digested.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import type { Dataset, Split } from '../datasets/dataset.ts';
import { loadFolder } from '../datasets/folder/index.ts';
import type { DatasetDefinition } from '../datasets/index.ts';
import type { DefinedDataset, Example, Examples, OwnData, OwnFolder, OwnSplit } from './define-dataset.ts';
import { type Checks, checksOf } from './examples.ts';
import { ownError } from './own-error.ts';
import { writeSplit } from './write-split.ts';

/**
 * The definition that recipes name.
 * @param base - Folder in which relative paths start.
 */
export function datasetDefinition(own: DefinedDataset, base: string): DatasetDefinition {
  const { name } = own;
  return {
    name,
    async load() {
      if ('folder' in own) return loadOwnFolder(own, base);
      try {
        return await loadOwn(name, own.load);
      } catch (error) {
        throw error instanceof UserError
          ? error
          : ownError(`The data set ${name} could not be loaded`, error);
      }
    },
  };
}

/** A part of a user's data. */
type OwnPart = 'train' | 'valid' | 'test';

const SIZE = 64;
const VALID = 0.2;

async function loadOwnFolder(own: OwnFolder & { readonly name: string }, base: string): Promise<Dataset> {
  const { name, folder, size = SIZE, valid = VALID, channels = 3 } = own;
  const path = folder instanceof URL ? fileURLToPath(folder) : resolve(base, folder);
  const rule = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
  return { ...(await loadFolder(path, { shape: [size, size, channels], rule, valid, test: 'kept' })), name };
}

/** @throws UserError that names what is wrong with the data, and where. */
async function loadOwn(name: string, load: () => OwnData | Promise<OwnData>): Promise<Dataset> {
  const data = await load();
  checkAbout(name, data);
  const { shape } = data;
  const labels = [...data.labels];
  const splitOf = async (split: OwnPart): Promise<Split & { digest: string }> => {
    const checks = checksOf({ dataset: name, split, labels, shape });
    return writeSplit(name, examplesOf(data, split, checks), checks);
  };
  const train = await splitOf('train');
  const validation = await splitOf('valid');
  const test = data.test === undefined ? undefined : await splitOf('test');
  return {
    ...{ name, labels, shape, train: bare(train), validation: bare(validation) },
    ...(test && { test: bare(test) }),
    digests: {
      ...{ train: train.digest, validation: validation.digest },
      ...(test && { test: test.digest }),
    },
  };
}

function bare({ digest: _digest, ...split }: Split & { digest: string }): Split {
  return split;
}

/** The examples of a split, one after another, whatever they are given as. */
function examplesOf(
  data: OwnData,
  split: OwnPart,
  checks: Checks,
): Iterable<Example> | AsyncIterable<Example> {
  if ('picture' in data) return byNumber(data, split, checks);
  const given: OwnSplit | undefined = data[split];
  if (isIterable(given)) return given;
  if (isExamples(given)) return fromArrays(given, checks);
  throw checks.error(
    'is neither { images, labels }, nor a row of { image, label } that can be gone through (an array, a generator)',
  );
}

async function* byNumber(
  { picture, ...data }: Extract<OwnData, { picture: unknown }>,
  split: OwnPart,
  checks: Checks,
): AsyncGenerator<Example> {
  const n = data[split] ?? Number.NaN;
  if (!Number.isInteger(n) || n < 0)
    throw checks.error(`is ${String(n)}: beside a function picture, expected how many pictures there are`);
  for (let index = 0; index < n; index++) yield await picture(split, index);
}

function* fromArrays({ images, labels }: Examples, checks: Checks): Generator<Example> {
  const { size } = checks;
  if (images.length !== labels.length * size)
    throw checks.error(
      `has ${images.length} numbers in images and ${labels.length} labels: of shape [${checks.shape}], expected ${labels.length} x ${size} = ${labels.length * size} numbers`,
    );
  for (let i = 0; i < labels.length; i++)
    yield { image: part(images, i * size, (i + 1) * size), label: labels[i] ?? Number.NaN };
}

/** Of typed arrays, without a copy. */
function part(values: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (values instanceof Uint8Array || values instanceof Uint8ClampedArray) return values.subarray(from, to);
  return Array.from({ length: to - from }, (_, i) => values[from + i] ?? Number.NaN);
}

function isIterable(value: unknown): value is Iterable<Example> | AsyncIterable<Example> {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function isExamples(value: unknown): value is Examples {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['images', 'labels'].every((field) => hasLength(Reflect.get(value, field)))
  );
}

function hasLength(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number';
}

/** @throws UserError unless the labels and the shape are such as a network and its file can have. */
function checkAbout(name: string, data: unknown): asserts data is OwnData {
  const fault = faultOf(data);
  if (fault !== undefined) throw new UserError(`The data set ${name} cannot be used: ${fault}.`);
}

function faultOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null)
    return `its load gives ${String(data)}; expected { labels, shape, train, valid }`;
  const [labels, shape]: unknown[] = ['labels', 'shape'].map((field) => Reflect.get(data, field));
  if (!Array.isArray(labels) || labels.length < 2 || labels.some((each) => typeof each !== 'string'))
    return `its labels are ${JSON.stringify(labels) ?? 'missing'}; expected the names of two classes or more`;
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) return `two of its labels are ${JSON.stringify(twice)}`;
  if (!isShape(shape))
    return `its shape is ${JSON.stringify(shape) ?? 'missing'}; expected [height, width, channels] of a picture, channels being 1 (gray) or 3 (RGB)`;
  for (const split of ['train', 'valid'])
    if (Reflect.get(data, split) === undefined)
      return `it has no ${split}; expected pictures ${split === 'train' ? 'to train on' : 'to validate with, which training never sees'}`;
  return undefined;
}

function isShape(value: unknown): value is Shape {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((n) => Number.isInteger(n) && n > 0) &&
    (value[2] === 1 || value[2] === 3)
  );
}
