// The inputs on which a file is compared with its network: what a fuzzer would choose, of every type, at sizes and batch
// sizes that no trace was taken at.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { sizeOf } from '../../models/shape.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { normal, random } from '../../train/random.ts';
import { ANY_NUMBER, type InputSpec } from '../trace/index.ts';

/** An input of a network, as TensorFlow and as onnxruntime take it. */
export interface DrawnInput {
  readonly name: string;
  readonly tensor: Tensor;
  readonly ort: ort.Tensor;
}

/** All inputs of a network at once. */
export interface Question {
  /** Kinds of numbers, of the pictures in turn: `negative`, `zero`. */
  readonly kinds: readonly Kind[];
  /** The sizes that vary, but for the number of pictures: `96x97`. */
  readonly size: string;
  readonly inputs: readonly DrawnInput[];
}

/** Both zeros, halves, thirds, whole numbers, very small and larger ones. */
const EDGES = [0, -0, 0.5, -0.5, 1, -1, 1.5, -2.5, 1 / 3, -2 / 3, 1e-6, -1e-6, 7, -100];

/** Whole numbers that are an index somewhere, and some that are none. */
const WHOLE_EDGES = [0, 1, -1, 2, 5, 10, 100, 1000];

const from = (list: readonly number[], next: () => number) => list[Math.floor(list.length * next())] ?? 0;

/** Numbers of one kind: real ones, and whole ones where the input has those. */
const kinds = {
  'from 0 to 1': [(next) => next(), (next) => Math.round(next())],
  normal: [(next) => normal(next), (next) => Math.round(3 * normal(next))],
  zero: [() => 0, () => 0],
  pixels: [(next) => Math.floor(256 * next()), (next) => Math.floor(10 * next())],
  negative: [(next) => -next(), (next) => -1 - Math.floor(4 * next())],
  edges: [(next) => from(EDGES, next), (next) => from(WHOLE_EDGES, next)],
  constant: [() => 0.5, () => 1],
  // Where exponentials go to 0 and to infinity: a sigmoid of -17 is 4e-8.
  tens: [(next) => 60 * next() - 30, (next) => Math.floor(31 * next())],
  large: [(next) => 1000 * normal(next), (next) => Math.round(100_000 * normal(next))],
} as const satisfies Record<string, readonly [Draw, Draw]>;

type Draw = (next: () => number) => number;

export type Kind = keyof typeof kinds;

const ALL = Object.keys(kinds) as Kind[];

/** Pictures of one run, each of its own kind, and their size; `other` is any other size that varies. */
export interface Run {
  readonly kinds: readonly Kind[];
  readonly height: number;
  readonly width: number;
  readonly other: number;
}

/**
 * Where the number of pictures varies, kinds of one size share a run; every kind is in one. What rounding does to the
 * answers of large numbers would hide what is wrong with those of small ones.
 */
const TOGETHER: readonly (readonly Kind[])[] = [
  ['from 0 to 1'],
  ['normal', 'negative', 'zero', 'constant'],
  ['edges', 'pixels', 'tens'],
  ['large'],
];

/** Odd and even, prime, smaller and larger than what was traced. */
const SIZES = [
  { height: 96, width: 97, other: 12 },
  { height: 65, width: 130, other: 7 },
  { height: 128, width: 96, other: 33 },
] as const;

/** Where height or width vary: sizes at which rounding shows. */
const MORE_SIZES = [
  { height: 40, width: 57, other: 16 },
  { height: 14, width: 26, other: 5 },
  { height: 193, width: 64, other: 24 },
] as const;

/** For networks that halve and double, and take nothing else. */
const ROUND_SIZES = [
  { height: 96, width: 160, other: 32 },
  { height: 256, width: 192, other: 64 },
] as const;

/** The runs on which a network with such inputs is compared. */
export function runsOf(inputs: readonly InputSpec[]): Run[] {
  const sizes = new Set(inputs.flatMap(({ shape }) => shape));
  const varies = sizes.has('height') || sizes.has('width');
  const at = (i: number) => SIZES[i % SIZES.length] ?? SIZES[0];
  // An index that points nowhere would take the other pictures' answers with it.
  const apart = !sizes.has(ANY_NUMBER) || inputs.some(({ type }) => type === 'int32');
  const groups: readonly (readonly Kind[])[] = apart ? ALL.map((kind) => [kind]) : TOGETHER;
  return [
    ...groups.map((each, i) => ({ kinds: each, ...at(i) })),
    ...(varies
      ? [...MORE_SIZES, ...ROUND_SIZES].map((size) => ({ kinds: ['normal'] as const, ...size }))
      : []),
  ];
}

/** Draws the inputs of one run; they are to be disposed of. */
export function draw(inputs: readonly InputSpec[], run: Run, index: number): Question {
  const { height, width, other } = run;
  const known: Readonly<Record<string, number>> = { [ANY_NUMBER]: run.kinds.length, height, width };
  const numberOf = (size: string | number) => (typeof size === 'string' ? (known[size] ?? other) : size);
  const varying = inputs.map(({ shape }) =>
    shape.filter((size) => typeof size === 'string' && size !== ANY_NUMBER).map(numberOf),
  );
  return {
    kinds: run.kinds,
    size: [...new Set(varying.map((sizes) => sizes.join('x')))].filter(Boolean).join(' and '),
    inputs: inputs.map((input) => {
      const dims = input.shape.map(numberOf);
      return drawn(input, dims, run.kinds, random(1, `compare/${input.name}`, index));
    }),
  };
}

function drawn(
  { name, type }: InputSpec,
  dims: number[],
  rows: readonly Kind[],
  next: () => number,
): DrawnInput {
  const numbers = sizeOf(dims);
  const each = numbers / rows.length;
  const kindOf = (i: number) => kinds[rows[Math.floor(i / each)] ?? 'normal'];
  const values = Array.from({ length: numbers }, (_, i) => kindOf(i)[type === 'float32' ? 0 : 1](next));
  if (type === 'float32') {
    const floats = Float32Array.from(values);
    return { name, tensor: tf.tensor(floats, dims), ort: new ort.Tensor('float32', floats, dims) };
  }
  if (type === 'uint8') {
    const pixels = Uint8Array.from(values, (value) => (value === 0 ? 0 : 256 * next()));
    return { name, tensor: uint8Tensor(pixels, dims), ort: new ort.Tensor('uint8', pixels, dims) };
  }
  if (type === 'bool') {
    const bytes = Uint8Array.from(values, (value) => Number(value > 0));
    return { name, tensor: tf.tensor(bytes, dims, 'bool'), ort: new ort.Tensor('bool', bytes, dims) };
  }
  const whole = Int32Array.from(values);
  return { name, tensor: tf.tensor(whole, dims, 'int32'), ort: new ort.Tensor('int32', whole, dims) };
}
