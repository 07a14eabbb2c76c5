// In which layer two computations begin to differ: what is planted is found, by the layer in which it was planted.
import type { Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../export/convert.ts';
import {
  compareLayers,
  type LayerComparison,
  layersInWords,
  withOutputs,
} from '../../../export/parity/layers.ts';
import { classifierNetwork, type Network, traceNetwork } from '../../../export/trace/network.ts';
import type { Shape } from '../../../models/image/shape.ts';
import type { ModelProto, NodeProto } from '../../../models/onnx/schema.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fromUint8 } from '../../../train/layers/forward.ts';
import { normal, random } from '../../../train/random.ts';

const SHAPE: Shape = [6, 5, 2];
const next = random(1, 'layers');
const drawn = (...shape: number[]) =>
  tf.variable(
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(next)),
      shape,
    ),
  );
const images = Uint8Array.from({ length: 10 * 60 }, () => 256 * next());

const variables = new Map<string, Variable>([
  ['conv1/kernel', drawn(3, 3, 2, 4)],
  ['conv1/norm/mean', drawn(4)],
  ['conv1/norm/variance', tf.variable(tf.tensor1d([0.5, 1, 1.5, 2]))],
  ['conv1/norm/beta', drawn(4)],
  ['conv1/norm/gamma', drawn(4)],
  ['conv2/kernel', drawn(3, 3, 4, 3)],
  ['conv2/bias', drawn(3)],
  ['logits/kernel', drawn(3, 5)],
  ['logits/bias', drawn(5)],
]);
const w = (name: string) => {
  const variable = variables.get(name);
  if (variable === undefined) throw new Error(name);
  return variable as Tensor as never;
};

/** Convolution and batch norm, a convolution with a bias, and a head. */
const network: Network = classifierNetwork(
  {
    probabilities: (x) => {
      const scaled = tf.div(fromUint8(x), 255) as Tensor4D;
      const conv1 = tf.conv2d(scaled, w('conv1/kernel'), 1, 'same');
      const norm = tf.batchNorm(
        conv1,
        w('conv1/norm/mean'),
        w('conv1/norm/variance'),
        w('conv1/norm/beta'),
        w('conv1/norm/gamma'),
        1e-3,
      );
      const conv2 = tf.add(tf.conv2d(tf.relu(norm), w('conv2/kernel'), 1, 'same'), w('conv2/bias'));
      const pooled = tf.mean(tf.relu(conv2), [1, 2]);
      return tf.softmax(tf.add(tf.matMul(pooled, w('logits/kernel')), w('logits/bias')));
    },
    variables,
  },
  SHAPE,
);
const traced = traceNetwork(network);
const model = convert(traced.graph, traced.state, { name: 'test', outputs: network.outputs });

/** The model with one weight changed in place of a copy. */
function weighed(name: string, change: (values: Float32Array) => void, of: ModelProto = model): ModelProto {
  let found = 0;
  const initializer = of.graph.initializer.map((tensor) => {
    if (tensor.name !== name) return tensor;
    found++;
    const values = new Float32Array((tensor.raw_data ?? new Uint8Array()).slice().buffer);
    change(values);
    return { ...tensor, raw_data: new Uint8Array(values.buffer) };
  });
  expect(found).toBe(1);
  return { ...of, graph: { ...of.graph, initializer } };
}

const changed = (change: (node: NodeProto) => NodeProto): ModelProto => ({
  ...model,
  graph: { ...model.graph, node: model.graph.node.map(change) },
});

const compared = (of: ModelProto) => compareLayers(traced, of, images, SHAPE);
const summary = ({ layers }: LayerComparison) =>
  layers.map(({ layer, op, shape }) => `${layer} ${op} [${shape}]`);

describe('layers are compared', () => {
  it('in their order, each by what it ends in, on the first eight pictures', async () => {
    const found = await compared(model);
    expect(summary(found)).toEqual([
      'conv1 Conv [8,6,5,4]',
      'conv1/norm BatchNormalization [8,6,5,4]',
      'conv2 Conv [8,6,5,3]',
      'logits Gemm [8,5]',
      'output Softmax [8,5]',
    ]);
    expect(found.first).toBeUndefined();
    for (const { largest, relative, changedWeights } of found.layers) {
      expect(largest).toBeLessThan(1e-5);
      expect(relative).toBeLessThan(1e-5);
      expect(changedWeights).toEqual([]);
    }
  });

  it.each([
    ['conv1/kernel', 'conv1'],
    ['conv1/norm/gamma', 'conv1/norm'],
    ['conv2/kernel', 'conv2'],
    ['conv2/bias', 'conv2'],
    ['logits/bias', 'logits'],
  ])('and a change of %s is found in %s', async (name, layer) => {
    const found = await compared(weighed(name, (values) => values.set([(values[1] ?? 0) + 0.5], 1)));
    expect(found.first?.layer).toBe(layer);
    expect(found.first?.changedWeights).toEqual([name]);
    const names = found.layers.map((each) => each.layer);
    const before = found.layers.slice(0, names.indexOf(layer));
    for (const { relative, changedWeights } of before) {
      expect(relative).toBeLessThan(1e-5);
      expect(changedWeights).toEqual([]);
    }
    expect(found.layers.filter(({ changedWeights }) => changedWeights.length > 0)).toEqual([found.first]);
  });

  it('a change below rounding is told by its weights alone, the smallest there is as well', async () => {
    const found = await compared(
      weighed('conv2/bias', (values) => values.set([-(values[0] ?? 0) * -1.0000001], 0)),
    );
    expect(found.first).toBeUndefined();
    expect(found.layers.flatMap(({ changedWeights }) => changedWeights)).toEqual(['conv2/bias']);
    const zero = await compared(
      weighed(
        'conv1/norm/beta',
        (values) => values.fill(-0, 0, 1),
        weighed('conv1/norm/beta', (values) => values.fill(0, 0, 1)),
      ),
    );
    expect(zero.layers.flatMap(({ changedWeights }) => changedWeights)).toEqual(['conv1/norm/beta']);
  });

  it('by the largest difference, and its share of the largest value', async () => {
    const found = await compared(weighed('logits/bias', (values) => values.set([(values[2] ?? 0) + 3], 2)));
    const logits = found.layers.find(({ layer }) => layer === 'logits');
    expect(logits?.largest).toBeCloseTo(3, 4);
    const some = images.subarray(0, 8 * 60);
    const expected = tf.tidy(() => {
      const scaled = tf.div(tf.tensor4d(Array.from(some), [8, ...SHAPE]), 255) as Tensor4D;
      const norm = tf.batchNorm(
        tf.conv2d(scaled, w('conv1/kernel'), 1, 'same'),
        w('conv1/norm/mean'),
        w('conv1/norm/variance'),
        w('conv1/norm/beta'),
        w('conv1/norm/gamma'),
        1e-3,
      );
      const conv2 = tf.add(tf.conv2d(tf.relu(norm), w('conv2/kernel'), 1, 'same'), w('conv2/bias'));
      return tf
        .max(tf.abs(tf.add(tf.matMul(tf.mean(tf.relu(conv2), [1, 2]), w('logits/kernel')), w('logits/bias'))))
        .dataSync()[0];
    });
    expect((logits?.largest ?? 0) / (expected ?? 1)).toBeCloseTo(logits?.relative ?? 0, 4);
  });

  it('what is no number differs by as much as can be', async () => {
    const found = await compared(weighed('conv2/bias', (values) => values.fill(Number.NaN)));
    expect(found.first).toMatchObject({
      layer: 'conv2',
      largest: Number.POSITIVE_INFINITY,
      relative: Number.POSITIVE_INFINITY,
    });
  });

  it('a layer that the file has within the one before ends that one', async () => {
    const folded = convert(traced.graph, traced.state, {
      name: 'test',
      outputs: network.outputs,
      foldBatchNorm: true,
    });
    const found = await compared(folded);
    expect(summary(found)).toEqual([
      'conv1 Conv [8,6,5,4]',
      'conv2 Conv [8,6,5,3]',
      'logits Gemm [8,5]',
      'output Softmax [8,5]',
    ]);
    expect(found.first).toBeUndefined();
    // The kernel is another one, which is right.
    expect(found.layers[0]?.changedWeights).toEqual(['conv1/kernel']);
  });

  it('weights that come by way of casts and the like count as those of their layer', async () => {
    const through = changed((node) => ({
      ...node,
      input: node.input.map((name) => (name === 'conv1/kernel' ? 'turned' : name)),
    }));
    const before = {
      op_type: 'Identity',
      name: 'i',
      input: ['conv1/kernel'],
      output: ['turned'],
      attribute: [],
    };
    const found = await compared({
      ...through,
      graph: { ...through.graph, node: [before, ...through.graph.node] },
    });
    expect(summary(found)[0]).toBe('conv1 Conv [8,6,5,4]');
    expect(found.first).toBeUndefined();
  });

  it('a layer of zeros differs by no share of nothing', async () => {
    const zeros = new Map([
      ...variables,
      ['conv2/kernel', tf.variable(tf.zeros([3, 3, 4, 3]))],
      ['conv2/bias', tf.variable(tf.zeros([3]))],
    ]);
    const kernel = zeros.get('conv2/kernel');
    const empty = classifierNetwork(
      {
        probabilities: (x) =>
          tf.softmax(
            tf.mean(
              tf.conv2d(
                tf.conv2d(fromUint8(x) as Tensor4D, w('conv1/kernel'), 1, 'same'),
                kernel as never,
                1,
                'same',
              ),
              [1, 2],
            ),
          ),
        variables: new Map([...zeros].filter(([name]) => name === 'conv1/kernel' || name === 'conv2/kernel')),
      },
      SHAPE,
    );
    const own = traceNetwork(empty);
    const { layers, first } = await compareLayers(
      own,
      convert(own.graph, own.state, { name: 'test', outputs: empty.outputs }),
      images,
      SHAPE,
    );
    expect(layers.find(({ layer }) => layer === 'conv2')).toMatchObject({ largest: 0, relative: 0 });
    expect(first).toBeUndefined();
  });

  it('the output alone where a file has not kept the names', async () => {
    const names = new Map(model.graph.initializer.map(({ name }, i) => [name ?? '', `w${i}`]));
    const unnamed: ModelProto = {
      ...model,
      graph: {
        ...model.graph,
        initializer: model.graph.initializer.map((tensor) => ({
          ...tensor,
          name: names.get(tensor.name ?? '') ?? '',
        })),
        node: model.graph.node.map((node) => ({
          ...node,
          input: node.input.map((name) => names.get(name) ?? name),
        })),
      },
    };
    const found = await compared(unnamed);
    expect(summary(found)).toEqual(['output Softmax [8,5]']);
    expect(found.first).toBeUndefined();
  });
});

describe('in words', () => {
  it('is a table of all layers, the first that differs marked, with its other weights', async () => {
    const found = await compared(weighed('logits/bias', (values) => values.set([9], 0)));
    const lines = layersInWords(found).split('\n');
    expect(lines[0]).toBe('  layer       ends in             output     difference  relative');
    expect(lines).toHaveLength(6);
    expect(lines[1]).toMatch(/^ {2}conv1 {7}Conv {16}\[N,6,5,4\] {2}\d\.\de-\d+ {6}\d\.\de-\d+$/);
    expect(lines[4]).toMatch(
      /^ {2}logits {6}Gemm {16}\[N,5\] {6}\d\.\de\+\d+ {6}\d\.\de[+-]\d+ +<- differs first here; other weights: bias$/,
    );
    expect(lines[5]).toMatch(/^ {2}output.*\d$/);
  });

  it('names all weights that are others, also where nothing differs by more than rounding', () => {
    const row = { layer: 'conv1', op: 'Conv', shape: [8, 2], largest: 0, relative: 0 };
    const layers = [{ ...row, changedWeights: ['conv1/kernel', 'conv1/bias'] }];
    expect(layersInWords({ layers }).split('\n')[1]).toBe(
      '  conv1  Conv     [N,2]   0.0e+0      0.0e+0    other weights: kernel, bias',
    );
  });
});

it('withOutputs adds values by name, none twice', () => {
  const { graph } = withOutputs(model, ['a', 'probabilities', 'b', 'a']);
  expect(graph.output.map(({ name }) => name)).toEqual(['probabilities', 'a', 'b']);
  expect(graph.output[0]).toBe(model.graph.output[0]);
  expect(graph.node).toBe(model.graph.node);
});
