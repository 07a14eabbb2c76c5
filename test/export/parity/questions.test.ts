// The inputs that both are asked: every kind of number, of every type, at the sizes that are named, the same for both.
import { describe, expect, it } from 'vitest';
import { type DrawnInput, draw, type Kind, type Run, runsOf } from '../../../export/parity/questions.ts';
import { ANY_NUMBER, type InputSpec, type InputType } from '../../../export/trace/index.ts';
import { tf, valuesOf } from '../../../train/graph/tensorflow.ts';

const KINDS: readonly Kind[] = [
  'from 0 to 1',
  'normal',
  'zero',
  'pixels',
  'negative',
  'edges',
  'constant',
  'tens',
  'large',
];

const input = (type: InputType, ...shape: (number | string)[]): InputSpec => ({ name: 'x', type, shape });
const run = (kinds: readonly Kind[]): Run => ({ kinds, height: 6, width: 5, other: 4 });

/** Many numbers of one kind, as onnxruntime gets them; TensorFlow gets the same. */
function numbersOf(type: InputType, kind: Kind, length = 4000): number[] {
  const { inputs, kinds, size } = draw([input(type, length)], run([kind]), 3);
  const [made] = inputs as [DrawnInput];
  expect({ kinds, size, name: made.name }).toEqual({ kinds: [kind], size: '', name: 'x' });
  expect(made.ort).toMatchObject({ type, dims: [length] });
  expect(made.tensor.shape).toEqual([length]);
  const values = Array.from(made.ort.data as ArrayLike<number>);
  expect(Array.from(valuesOf(made.tensor))).toEqual(values);
  tf.dispose(made.tensor);
  return values;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];
const distinct = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);

describe('real numbers', () => {
  it('from 0 to 1 are even over it', () => {
    const values = numbersOf('float32', 'from 0 to 1');
    expect(range(values).map((value) => Math.round(value * 100) / 100)).toEqual([0, 1]);
    expect(mean(values)).toBeCloseTo(0.5, 1);
    expect(deviation(values)).toBeCloseTo(1 / Math.sqrt(12), 1);
  });

  it.each([
    ['normal', 1],
    ['large', 1000],
  ] as const)('%s ones have mean 0 and deviation %i', (kind, scale) => {
    const values = numbersOf('float32', kind);
    // Of 4,000 draws, the standard error is 1.6 %.
    expect(Math.abs(mean(values)) / scale).toBeLessThan(0.06);
    expect(Math.abs(deviation(values) / scale - 1)).toBeLessThan(0.05);
    expect(Math.max(...values)).toBeGreaterThan(3 * scale);
  });

  it('pixels are the 256 whole numbers, negative ones from -1 to 0, tens from -30 to 30', () => {
    expect(distinct(numbersOf('float32', 'pixels', 20_000))).toEqual(
      Array.from({ length: 256 }, (_, i) => i),
    );
    const negative = numbersOf('float32', 'negative');
    expect(range(negative).map((value) => Math.round(value * 100) / 100 + 0)).toEqual([-1, 0]);
    expect(mean(negative)).toBeCloseTo(-0.5, 1);
    expect(range(numbersOf('float32', 'tens')).map(Math.round)).toEqual([-30, 30]);
    expect(Math.abs(mean(numbersOf('float32', 'tens')))).toBeLessThan(1);
  });

  it('zero, constant and edges are what they are called, both zeros among them', () => {
    expect(distinct(numbersOf('float32', 'zero'))).toEqual([0]);
    expect(distinct(numbersOf('float32', 'constant'))).toEqual([0.5]);
    const edges = numbersOf('float32', 'edges');
    const some = [-100, -2.5, -1, -2 / 3, -0.5, -1e-6, 0, 1e-6, 1 / 3, 0.5, 1, 1.5, 7];
    expect(distinct(edges)).toEqual(some.map(Math.fround));
    expect(edges.some((value) => Object.is(value, -0))).toBe(true);
    expect(edges.some((value) => Object.is(value, 0))).toBe(true);
  });
});

describe('whole numbers', () => {
  it.each<[Kind, number[]]>([
    ['from 0 to 1', [0, 1]],
    ['zero', [0]],
    ['pixels', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['negative', [-4, -3, -2, -1]],
    ['edges', [-1, 0, 1, 2, 5, 10, 100, 1000]],
    ['constant', [1]],
    ['tens', Array.from({ length: 31 }, (_, i) => i)],
  ])('%s are %j', (kind, expected) => {
    const values = numbersOf('int32', kind);
    expect(distinct(values)).toEqual(expected);
    // None of them is rare.
    for (const each of expected)
      expect(values.filter((value) => value === each).length).toBeGreaterThan(
        values.length / expected.length / 2,
      );
  });

  it.each([
    ['normal', 3],
    ['large', 100_000],
  ] as const)('%s ones have deviation %i', (kind, scale) => {
    const values = numbersOf('int32', kind);
    expect(values.every(Number.isInteger)).toBe(true);
    expect(Math.abs(deviation(values) / scale - 1)).toBeLessThan(0.06);
    expect(Math.abs(mean(values)) / scale).toBeLessThan(0.06);
  });

  it('bytes are all of them, and zeros where the kind has zeros; truths are what is above zero', () => {
    expect(distinct(numbersOf('uint8', 'normal', 40_000))).toEqual(Array.from({ length: 256 }, (_, i) => i));
    expect(numbersOf('uint8', 'normal').filter((value) => value === 0).length).toBeGreaterThan(300);
    expect(distinct(numbersOf('uint8', 'zero'))).toEqual([0]);
    expect(mean(numbersOf('uint8', 'constant'))).toBeGreaterThan(120);
    expect(mean(numbersOf('uint8', 'constant'))).toBeLessThan(135);
    expect(distinct(numbersOf('bool', 'zero'))).toEqual([0]);
    expect(distinct(numbersOf('bool', 'negative'))).toEqual([0]);
    expect(distinct(numbersOf('bool', 'constant'))).toEqual([1]);
    expect(mean(numbersOf('bool', 'from 0 to 1'))).toBeCloseTo(0.5, 1);
  });
});

describe('a run', () => {
  it('gives each picture its kind, and every size its number', () => {
    const specs: InputSpec[] = [
      { name: 'a', type: 'float32', shape: [ANY_NUMBER, 'height', 'width', 3] },
      { name: 'b', type: 'float32', shape: [ANY_NUMBER, 'words'] },
      { name: 'c', type: 'float32', shape: [2] },
    ];
    const { inputs, size } = draw(specs, run(['constant', 'zero', 'negative']), 0);
    expect(size).toBe('6x5 and 4');
    expect(inputs.map(({ ort }) => ort.dims)).toEqual([[3, 6, 5, 3], [3, 4], [2]]);
    const [a, b] = inputs.map(({ ort }) => Array.from(ort.data as Float32Array)) as [number[], number[]];
    for (const [values, each] of [
      [a, 90],
      [b, 4],
    ] as const) {
      expect(distinct(values.slice(0, each))).toEqual([0.5]);
      expect(distinct(values.slice(each, 2 * each))).toEqual([0]);
      expect(Math.max(...values.slice(2 * each))).toBeLessThan(0);
    }
    tf.dispose(inputs.map(({ tensor }) => tensor));
  });

  it('has numbers of its own for each input and each run, the same ones each time', () => {
    const specs = ['a', 'b'].map((name): InputSpec => ({ name, type: 'float32', shape: [50] }));
    const at = (index: number) => {
      const { inputs } = draw(specs, run(['normal']), index);
      tf.dispose(inputs.map(({ tensor }) => tensor));
      return inputs.map(({ ort }) => Array.from(ort.data as Float32Array));
    };
    expect(at(0)).toEqual(at(0));
    expect(at(0)[0]).not.toEqual(at(0)[1]);
    expect(at(0)[0]).not.toEqual(at(1)[0]);
  });

  it('says a size once where inputs share it', () => {
    const specs = ['a', 'b'].map((name): InputSpec => ({ name, type: 'bool', shape: ['words'] }));
    const { inputs, size } = draw(specs, run(['zero']), 0);
    expect(size).toBe('4');
    tf.dispose(inputs.map(({ tensor }) => tensor));
  });
});

describe('the runs', () => {
  const sizes = (runs: readonly Run[]) =>
    runs.map(({ height, width, other }) => `${height}x${width}x${other}`);

  it('of any number of pictures put kinds together, each in one run, at three sizes in turn', () => {
    const runs = runsOf([input('float32', ANY_NUMBER, 16, 16, 3)]);
    expect(runs.flatMap(({ kinds }) => kinds).sort()).toEqual([...KINDS].sort());
    expect(runs.map(({ kinds }) => kinds.length)).toEqual([1, 4, 3, 1]);
    expect(runs[3]?.kinds).toEqual(['large']);
    expect(sizes(runs)).toEqual(['96x97x12', '65x130x7', '128x96x33', '96x97x12']);
  });

  it.each<[string, InputSpec[]]>([
    ['of one picture', [input('float32', 1, 16, 16, 3)]],
    ['of whole numbers', [input('float32', ANY_NUMBER, 3), input('int32', ANY_NUMBER, 5)]],
  ])('%s ask each kind alone', (_, inputs) => {
    const runs = runsOf(inputs);
    expect(runs.map(({ kinds }) => kinds)).toEqual(KINDS.map((kind) => [kind]));
  });

  it.each([['height'], ['width']])('of a %s that varies are at five sizes more', (name) => {
    const runs = runsOf([input('float32', ANY_NUMBER, name, 16, 3)]);
    expect(runs.slice(4).map(({ kinds }) => kinds)).toEqual(Array(5).fill(['normal']));
    expect(sizes(runs.slice(4))).toEqual(['40x57x16', '14x26x5', '193x64x24', '96x160x32', '256x192x64']);
    expect(runsOf([input('float32', ANY_NUMBER, 'words')])).toHaveLength(4);
  });
});
