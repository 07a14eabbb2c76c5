// Formulas that are GELU, x/2 (1 + erf(x / sqrt 2)), and its derivative, and those that are nearly so.
import { describe, expect, it } from 'vitest';
import { geluFused } from '../../../train/graph/fused-gelu.ts';
import { type Formulas, formulasOf, geluOf } from '../../../train/graph/gelu.ts';
import type { Node } from '../../../train/graph/graph.ts';
import { constant, given, graphOf, made, replaced } from './by-hand.ts';

const { SQRT2, SQRT1_2 } = Math;

/** Values are named by the formulas that compute them, such as `Mul(x,0.5)`. */
const written: Formulas = {
  opOf(value) {
    const [, op, inside] = /^(\w+)\((.*)\)$/.exec(value) ?? [];
    if (op === undefined || inside === undefined) return undefined;
    let depth = 0;
    const commas = [...inside].flatMap((letter, i) => {
      depth += letter === '(' ? 1 : letter === ')' ? -1 : 0;
      return letter === ',' && depth === 0 ? [i] : [];
    });
    const starts = [0, ...commas.map((i) => i + 1)];
    return { op, inputs: starts.map((start, i) => inside.slice(start, commas[i])) };
  },
  numberOf: (value) => (Number.isNaN(Number(value)) ? undefined : Number(value)),
};

const find = (formula: string) => geluOf(written.opOf(formula)?.inputs ?? [], written);

/** Both orders of two operands. */
const ways = (op: string, a: string, b: string) => [`${op}(${a},${b})`, `${op}(${b},${a})`];

describe('GELU', () => {
  const roots = [`Div(x,${SQRT2})`, `Div(x,${Math.fround(SQRT2)})`, ...ways('Mul', 'x', String(SQRT1_2))];
  const shares = roots.flatMap((root) => ways('Add', '1', `Erf(${root})`));

  it('is known in every order of its three factors', () => {
    for (const share of shares)
      for (const [a, b, c] of [
        ['x', '0.5', share],
        ['x', share, '0.5'],
        ['0.5', share, 'x'],
      ] as const)
        for (const inner of ways('Mul', b, c))
          for (const formula of ways('Mul', a, inner))
            expect(find(formula), formula).toEqual({ x: 'x', one: '1', half: '0.5' });
  });

  const share = `Add(Erf(Div(x,${SQRT2})),1)`;
  it.each([
    `Mul(x,Mul(${share},0.51))`,
    `Mul(x,Mul(${share},0.49))`,
    `Mul(y,Mul(${share},0.5))`,
    `Mul(x,Mul(x,0.5))`,
    `Mul(x,${share})`,
    `Mul(0.5,${share})`,
    `Mul(0.5,x)`,
    `Mul(x,Add(${share},0.5))`,
    `Mul(Mul(x,0.5),Mul(${share},2))`,
    `Mul(x,Mul(Sub(Erf(Div(x,${SQRT2})),1),0.5))`,
    `Mul(x,Mul(Add(Erf(Div(x,${SQRT2})),1.1),0.5))`,
    `Mul(x,Mul(Add(Erf(Div(x,${SQRT2})),0.9),0.5))`,
    `Mul(x,Mul(Add(Erf(Div(x,${SQRT2})),y),0.5))`,
    `Mul(x,Mul(Add(Tanh(Div(x,${SQRT2})),1),0.5))`,
    `Mul(x,Mul(Add(Erf(Div(x,1.4)),1),0.5))`,
    `Mul(x,Mul(Add(Erf(Div(${SQRT2},x)),1),0.5))`,
    `Mul(x,Mul(Add(Erf(Div(x,${SQRT1_2})),1),0.5))`,
    `Mul(x,Mul(Add(Erf(Mul(x,0.7)),1),0.5))`,
    `Mul(x,Mul(Add(Erf(Mul(0.71,x)),1),0.5))`,
    `Mul(x,Mul(Add(Erf(Sub(x,${SQRT1_2})),1),0.5))`,
    `Mul(x,Mul(Add(Erf(Mul(x,${SQRT2})),1),0.5))`,
    `Mul(x,Mul(Add(Erf(x),1),0.5))`,
    // x is the constant that stands for the half: half of GELU's factors are not there.
    `Mul(0.5,Add(Erf(Div(0.5,${SQRT2})),1))`,
    `Mul(7,Mul(0.5,Add(Erf(Div(0.5,${SQRT2})),1)))`,
  ])('is not %s', (formula) => {
    expect(find(formula)).toBeUndefined();
  });
});

const S = [3];
const numbers = [
  ...[constant('root', [SQRT1_2], []), constant('one', [1], []), constant('half', [0.5], [])],
  constant('minus', [-0.5], []),
  constant('density', [1 / Math.sqrt(2 * Math.PI)], []),
];
const share = [
  made('scaled', 'Mul', ['x:0', 'root:0'], S),
  made('erf', 'Erf', ['scaled:0'], S),
  made('sum', 'AddV2', ['erf:0', 'one:0'], S),
  made('share', 'Mul', ['sum:0', 'half:0'], S),
];
const inputs = [given('Input', 'x', S), given('Input', 'y', S), given('Input', 'dy', S)];
const value = [...inputs, ...numbers, ...share, made('gelu', 'Mul', ['x:0', 'share:0'], S)];
const slope = [
  ...inputs,
  ...numbers,
  ...share,
  made('square', 'Square', ['x:0'], S),
  made('halved', 'Mul', ['square:0', 'minus:0'], S),
  made('exp', 'Exp', ['halved:0'], S),
  made('bell', 'Mul', ['exp:0', 'density:0'], S),
  made('along', 'Mul', ['x:0', 'bell:0'], S),
  made('slope', 'AddV2', ['share:0', 'along:0'], S),
  made('dx', 'Mul', ['dy:0', 'slope:0'], S),
];

describe('in a graph', () => {
  it('each is one op of float32, in place of the last product', () => {
    for (const [nodes, op, operands] of [
      [value, 'TrainyardGelu', ['x:0']],
      [slope, 'TrainyardGeluGrad', ['dy:0', 'x:0']],
    ] as const) {
      const last = nodes.at(-1)?.name ?? '';
      const graph = graphOf(nodes, [`${last}:0`]);
      const fused = { ...made(last, op, [...operands], S), attributes: { T: { type: 1 } } };
      expect(geluFused(graph)).toEqual({ ...graph, nodes: [...nodes.slice(0, -1), fused] });
    }
  });

  it.each<[string, Node]>([
    ['another number under the root', constant('root', [0.7], [])],
    ['another number than 1', constant('one', [1.5], [])],
    ['another half', constant('half', [0.25], [])],
    ['another exponent', constant('minus', [-0.25], [])],
    ['another density', constant('density', [0.4], [])],
    ['another function than erf', made('erf', 'Tanh', ['scaled:0'], S)],
    ['the share below another value', made('scaled', 'Mul', ['y:0', 'root:0'], S)],
    ['a cube', made('square', 'Cube', ['x:0'], S)],
    ['the square of another value', made('square', 'Square', ['y:0'], S)],
    ['the bell of another value', made('along', 'Mul', ['y:0', 'bell:0'], S)],
    ['a difference', made('slope', 'Sub', ['share:0', 'along:0'], S)],
    ['a quotient at its end', made('dx', 'RealDiv', ['dy:0', 'slope:0'], S)],
    ['a sum at its end', made('dx', 'AddV2', ['dy:0', 'slope:0'], S)],
  ])('a derivative with %s stays', (_, other) => {
    const graph = graphOf(replaced(slope, [other]), ['dx:0']);
    expect(geluFused(graph)).toEqual(graph);
  });

  it.each<[string, Node]>([
    ['another number for each value', constant('half', [0.5, 0.5, 0.5], S)],
    ['more axes than x', constant('half', [0.5], [1, 1])],
    [
      'a whole number',
      { ...constant('one', [1], []), constant: { dtype: 3, shape: [], bytes: Uint8Array.of(0, 0, 128, 63) } },
    ],
    ['a quotient at its end', made('gelu', 'RealDiv', ['x:0', 'share:0'], S)],
  ])('a value with %s stays', (_, other) => {
    const graph = graphOf(replaced(value, [other]), ['gelu:0']);
    expect(geluFused(graph)).toEqual(graph);
  });

  it('a formula is read no deeper than GELU’s', () => {
    const beside = [made('other', 'Neg', ['y:0'], S), made('all', 'AddV2', ['d59:0', 'other:0'], S)];
    // Read to its end it would be 2^60 letters long.
    const doubled = Array.from({ length: 60 }, (_, i) =>
      made(`d${i}`, 'AddV2', Array(2).fill(i ? `d${i - 1}:0` : 'x:0'), S),
    );
    const graph = graphOf(
      [...inputs, ...doubled, ...beside, made('end', 'Mul', ['dy:0', 'all:0'], S)],
      ['end:0'],
    );
    expect(geluFused(graph)).toEqual(graph);
  });

  it('ops have ONNX’s names, and only scalars of float32 are numbers', () => {
    const nodes = [
      given('Input', 'x', S),
      made('sum', 'AddV2', ['x:0', 'x:0'], S),
      made('part', 'RealDiv', ['x:0', 'sum:0'], S),
      constant('number', [0.25], []),
      constant('several', [1, 2], [2]),
    ];
    const { opOf, numberOf } = formulasOf(graphOf(nodes, []));
    expect(opOf('sum:0')).toEqual({ op: 'Add', inputs: ['x:0', 'x:0'] });
    expect(opOf('part:0')).toEqual({ op: 'Div', inputs: ['x:0', 'sum:0'] });
    expect(opOf('none:0')).toBeUndefined();
    expect(['number:0', 'several:0', 'x:0', 'none:0'].map(numberOf)).toEqual([
      0.25,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
