// A data set of a user's own as one of ours: checked, copied to where threads share it, and digested.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import type { Dataset, Split } from '../datasets/dataset.ts';
import { loadFolder } from '../datasets/folder/index.ts';
import type { DatasetDefinition } from '../datasets/index.ts';
import { taskSchema } from '../tasks/task.ts';
import type {
  AnyExample,
  AnyExamples,
  DefinedDataset,
  OwnData,
  OwnFolder,
  OwnSplit,
  OwnTarget,
  TargetExamples,
} from './define-dataset.ts';
import { type Checks, checksOf, isArrayLike } from './examples.ts';
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
  const { name, folder, size = SIZE, valid = VALID, channels = 3, as, label, delimiter } = own;
  const path = folder instanceof URL ? fileURLToPath(folder) : resolve(base, folder);
  const rule = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
  const reading = { as, label, delimiter };
  const shape = [size, size, channels] as const;
  return { ...(await loadFolder(path, { shape, rule, valid, test: 'kept', reading })), name };
}

/** @throws UserError that names what is wrong with the data, and where. */
async function loadOwn(name: string, load: () => OwnData | Promise<OwnData>): Promise<Dataset> {
  const data = await load();
  checkAbout(name, data);
  const { shape, task } = data;
  const labels = [...data.labels];
  const splitOf = async (split: OwnPart): Promise<Split & { digest: string }> => {
    const checks = checksOf({ dataset: name, split, task, labels, shape });
    return writeSplit(name, examplesOf(data, split, checks), checks);
  };
  const train = await splitOf('train');
  const validation = await splitOf('valid');
  const test = data.test === undefined ? undefined : await splitOf('test');
  return {
    name,
    ...(task && { task }),
    ...{ labels, shape, train: bare(train), validation: bare(validation) },
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
): Iterable<AnyExample> | AsyncIterable<AnyExample> {
  if ('picture' in data) return byNumber(data, split, checks);
  const given: OwnSplit | undefined = data[split];
  if (isIterable(given)) return given;
  const [many, one] = checks.task === undefined ? ['labels', 'label'] : ['targets', 'targets'];
  if (isExamples(given, many)) return fromArrays(given, checks);
  throw checks.error(
    `is neither { images, ${many} }, nor a row of { image, ${one} } that can be gone through (an array, a generator)`,
  );
}

async function* byNumber(
  { picture, ...data }: Extract<OwnData, { picture: unknown }>,
  split: OwnPart,
  checks: Checks,
): AsyncGenerator<AnyExample> {
  const n = data[split] ?? Number.NaN;
  if (!Number.isInteger(n) || n < 0)
    throw checks.error(`is ${String(n)}: beside a function picture, expected how many pictures there are`);
  for (let index = 0; index < n; index++) yield await picture(split, index);
}

function* fromArrays(given: AnyExamples, checks: Checks): Generator<AnyExample> {
  const { size, shape, classes } = checks;
  const { images } = given;
  const [answers, one] =
    'labels' in given ? [given.labels, 1] : [given.targets, countOf(given.targets, classes)];
  const n = answers.length / one;
  if (images.length !== n * size)
    throw checks.error(
      `has ${images.length} numbers in images and ${answers.length} ${'labels' in given ? 'labels' : 'targets'}: of shape [${shape}], expected ${n} x ${size} = ${n * size} numbers`,
    );
  for (let i = 0; i < n; i++) {
    const image = part(images, i * size, (i + 1) * size);
    if ('labels' in given) yield { image, label: given.labels[i] ?? Number.NaN };
    else yield { image, targets: targetsAt(given.targets, i, one) };
  }
}

/** How many entries of targets a picture has: one, which is its own, or where numbers are one after another K of them. */
function countOf(targets: TargetExamples['targets'], classes: number): number {
  return typeof targets[0] === 'number' ? classes : 1;
}

function targetsAt(targets: TargetExamples['targets'], i: number, count: number): OwnTarget {
  if (count === 1) return targets[i] ?? Number.NaN;
  return Array.from({ length: count }, (_, k) => Number(targets[i * count + k]));
}

/** Of typed arrays, without a copy. */
function part(values: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (values instanceof Uint8Array || values instanceof Uint8ClampedArray) return values.subarray(from, to);
  return Array.from({ length: to - from }, (_, i) => values[from + i] ?? Number.NaN);
}

function isIterable(value: unknown): value is Iterable<AnyExample> | AsyncIterable<AnyExample> {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function isExamples(value: unknown, answers: string): value is AnyExamples {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['images', answers].every((field) => isArrayLike(Reflect.get(value, field)))
  );
}

/** @throws UserError unless the labels and the shape are such as a network and its file can have. */
function checkAbout(name: string, data: unknown): asserts data is OwnData {
  const fault = faultOf(data);
  if (fault !== undefined) throw new UserError(`The data set ${name} cannot be used: ${fault}.`);
}

function faultOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null)
    return `its load gives ${String(data)}; expected { labels, shape, train, valid }`;
  const [task, labels, shape]: unknown[] = ['task', 'labels', 'shape'].map((field) =>
    Reflect.get(data, field),
  );
  if (task !== undefined && !taskSchema.safeParse(task).success)
    return `its task is ${JSON.stringify(task)}; expected ${taskSchema.options.join(' or ')}, or none where each picture has one class`;
  const [least, wanted] =
    task === undefined
      ? [2, 'two classes or more']
      : [1, `what is ${task === 'multi' ? 'in pictures' : 'measured'}`];
  if (!Array.isArray(labels) || labels.length < least || labels.some((each) => typeof each !== 'string'))
    return `its labels are ${JSON.stringify(labels) ?? 'missing'}; expected the names of ${wanted}`;
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
