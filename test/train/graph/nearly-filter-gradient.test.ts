// Which gradients of filters are written as products, and which that are nearly those stay.
import { describe, expect, it } from 'vitest';
import { filterGradientsAsProducts } from '../../../train/graph/filter-gradient.ts';
import type { Attribute, Graph, Node } from '../../../train/graph/graph.ts';
import { DataType } from '../../../train/graph/tensorflow.ts';
import { given, graphOf, made } from './by-hand.ts';

const { bfloat16, float32 } = DataType;
const [BATCH, CHANNELS, FILTERS] = [2, 3, 5];

interface Given {
  side?: [number, number];
  kernel?: [number, number];
  op?: string;
  dtype?: number;
  attributes?: Record<string, Attribute | undefined>;
}

const ones: Attribute = { ints: [1, 1, 1, 1] };
const usual = { strides: ones, dilations: ones, padding: { s: 'SAME' }, data_format: { s: 'NHWC' } };

/** A gradient with padding 'SAME', where it is not given. */
function gradient({ side = [4, 4], kernel = [3, 3], op, dtype = bfloat16, attributes = {} }: Given): Graph {
  const typed = (node: Node): Node => ({
    ...node,
    outputs: node.outputs.map((output) => ({ ...output, dtype })),
  });
  const all = Object.entries<Attribute | undefined>({ ...usual, ...attributes });
  return graphOf(
    [
      typed(given('Input', 'x', [BATCH, ...side, CHANNELS])),
      typed(given('Input', 'dy', [BATCH, ...side, FILTERS])),
      made('sizes', 'Const', [], [4]),
      {
        ...typed(
          made(
            'df',
            op ?? 'Conv2DBackpropFilter',
            ['x:0', 'sizes:0', 'dy:0'],
            [...kernel, CHANNELS, FILTERS],
          ),
        ),
        attributes: Object.fromEntries(all.flatMap(([name, value]) => (value ? [[name, value]] : []))),
      },
    ],
    ['df:0'],
  );
}

const ops = (graph: Graph) => {
  const { nodes } = filterGradientsAsProducts(graph);
  return nodes
    .map(({ op }) => op)
    .filter((op) => op === 'MatMul' || op === 'Pad' || op === graph.nodes[3]?.op);
};

describe('written as a product for each place of the filter is a gradient', () => {
  const nine = ['Pad', ...Array(9).fill('MatMul')];
  it.each<[string, Given]>([
    ['over 64 pixels', { side: [8, 8] }],
    ['over 64 pixels in a row', { side: [1, 64] }],
    ['without strides', { attributes: { strides: undefined } }],
    ['without dilations', { attributes: { dilations: undefined } }],
    ['without a layout', { attributes: { data_format: undefined } }],
  ])('%s', (_, options) => expect(ops(gradient(options))).toEqual(nine));

  it('of one pixel, without zeros around', () => {
    expect(ops(gradient({ kernel: [1, 1] }))).toEqual(['MatMul']);
  });
});

describe('left alone is one', () => {
  it.each<[string, Given]>([
    ['over more than 64 pixels', { side: [5, 13] }],
    ['of float32', { dtype: float32 }],
    ['of each channel alone', { op: 'DepthwiseConv2dNativeBackpropFilter' }],
    ['with strides', { attributes: { strides: { ints: [1, 2, 1, 1] } } }],
    ['with strides that are no list', { attributes: { strides: { i: 1 } } }],
    ['with dilations', { attributes: { dilations: { ints: [1, 1, 2, 1] } } }],
    ['with padding of its own', { attributes: { padding: { s: 'EXPLICIT' } } }],
    ['with padding that is no word', { attributes: { padding: { i: 1 } } }],
    ['without padding', { attributes: { padding: undefined } }],
    ['with channels first', { attributes: { data_format: { s: 'NCHW' } } }],
    ['with a layout that is no word', { attributes: { data_format: { i: 1 } } }],
  ])('%s', (_, options) => {
    const graph = gradient(options);
    expect(filterGradientsAsProducts(graph)).toEqual(graph);
  });
});

it('every value has the shape that is said of it, and the last one has the gradient’s name', () => {
  for (const kernel of [
    [3, 3],
    [2, 4],
    [1, 1],
  ] as const) {
    const { nodes } = filterGradientsAsProducts(gradient({ kernel: [...kernel], side: [4, 6] }));
    const values = new Map(nodes.map((node) => [`${node.name}:0`, node]));
    const shape = (reference = '') => [...(values.get(reference)?.outputs[0]?.shape ?? [])];
    const numbers = (reference = '') => {
      const { bytes } = values.get(reference)?.constant ?? { bytes: new Uint8Array() };
      return [...new Int32Array(bytes.slice().buffer)];
    };
    for (const { op, inputs, outputs, name } of nodes) {
      const [first, second] = inputs;
      const said = outputs[0]?.shape;
      if (op === 'Reshape' || op === 'Slice') expect(said, name).toEqual(numbers(inputs.at(-1)));
      if (op === 'Pad')
        expect(said).toEqual(
          shape(first).map((n, i) => n + (numbers(second)[2 * i] ?? 0) + (numbers(second)[2 * i + 1] ?? 0)),
        );
      if (op === 'MatMul') {
        expect(shape(first)[0]).toBe(shape(second)[0]);
        expect(said).toEqual([shape(first)[1], shape(second)[1]]);
      }
      if (op === 'Pack') expect(said).toEqual([inputs.length, ...shape(first)]);
    }
    expect(nodes.at(-1)?.name).toBe('df');
    expect(shape('df:0')).toEqual([...kernel, CHANNELS, FILTERS]);
  }
});
