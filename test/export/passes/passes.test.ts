// Each pass alone: it does what it is for, and the model answers as before.
import type { Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../export/convert.ts';
import { foldBatchNorm } from '../../../export/passes/batch-norm.ts';
import { type Pass, passes } from '../../../export/passes/index.ts';
import { encodeModel, type ModelProto } from '../../../models/onnx/schema.ts';
import { stateOf } from '../../../train/graph/state.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { normal, random } from '../../../train/random.ts';
import { layersCases, ownCase } from '../networks.ts';
import { kerasGelu } from '../ops/activation.ts';
import { weight } from '../ops/weight.ts';
import {
  type Case,
  checkModels,
  exportCase,
  largestDifference,
  operatorCounts,
  traceCase,
} from '../support.ts';

const all: Readonly<Record<string, Pass>> = { ...passes, foldBatchNorm };

function model(subject: Case, chosen: Readonly<Record<string, Pass>>): ModelProto {
  const graph = traceCase(subject);
  const outputs = graph.outputs.map((_, i) => `y${i}`);
  return convert(graph, stateOf(subject.variables ?? new Map()), { name: 'test', outputs, passes: chosen });
}

const conv = (x: Tensor, name: string): Tensor =>
  tf.conv2d(x as Tensor4D, weight(name, [3, 3, x.shape[3] ?? 1, 4]) as Tensor4D, 1, 'same');

const batch = (x: Tensor) => x.shape[0] ?? 1;

/** Scaled, padded and blurred pictures, and GELU written in three ways. */
const pictures: Case = {
  name: 'pictures',
  inputs: [{ shape: [-1, 6, 5, 3], type: 'uint8' }],
  fn: (x) => {
    const scaled = tf.sub(tf.div(tf.cast(x, 'float32'), [255, 127, 63]), tf.tensor1d([0, 0.5, 1]));
    const padded = tf.pad(tf.mul(tf.add(scaled, 0), 1) as Tensor4D, [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ]);
    const y = tf.conv2d(padded, weight('padded', [3, 3, 3, 4]) as Tensor4D, 2, 'same');
    const share = (root: Tensor) => tf.add(tf.erf(root), 1);
    const first = tf.mul(y, tf.mul(share(tf.mul(y, Math.SQRT1_2)), 0.5));
    const second = tf.mul(0.5, tf.mul(first, share(tf.div(first, Math.SQRT2))));
    return tf.mul(tf.mul(second, 0.5), tf.add(1, tf.erf(tf.mul(Math.SQRT1_2, second))));
  },
};

/** Something for every other pass to do. */
const everything: Case = {
  name: 'everything',
  inputs: [{ shape: [-1, 6, 5, 3] }],
  fn: (x) => {
    const y = tf.relu6(conv(x, 'a'));
    const z = tf.clipByValue(tf.relu(conv(y, 'b')), 0.1, 0.7);
    const lower = tf.maximum(tf.minimum(conv(x, 'c'), 0.5), -0.5);
    const turned = tf.transpose(tf.transpose(z, [0, 2, 1, 3]), [0, 2, 1, 3]);
    const there = tf.reshape(tf.reshape(tf.transpose(lower, [0, 3, 1, 2]), [batch(x), 20, 6]), [
      batch(x),
      120,
    ]);
    return [turned, there, tf.minimum(y, 3), tf.maximum(tf.minimum(x, -1), 1)];
  },
};

/** Batch norm behind everything that can take it in, behind what cannot, and where others look on. */
function normCase(): Case {
  const variables = new Map<string, Variable>();
  const variable = (name: string, shape: number[]): Tensor => {
    const next = random(4, name);
    const draw = name.endsWith('variance') ? () => 0.5 + next() : () => normal(next) * 0.4;
    const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw);
    const made = variables.get(name) ?? tf.tidy(() => tf.variable(tf.tensor(values, shape)));
    variables.set(name, made);
    return made;
  };
  const norm = (x: Tensor, name: string): Tensor => {
    const [mean, variance, beta, gamma] = ['mean', 'variance', 'beta', 'gamma'].map((part) =>
      variable(`${name}/${part}`, [x.shape.at(-1) ?? 1]),
    ) as [Tensor<never>, Tensor<never>, Tensor<never>, Tensor<never>];
    return tf.batchNorm(x as Tensor<never>, mean, variance, beta, gamma, 1e-3);
  };
  const fn = (x: Tensor): Tensor[] => {
    const picture = x as Tensor4D;
    const plain = tf.conv2d(picture, variable('plain/kernel', [3, 3, 3, 4]) as Tensor4D, 2, 'same');
    const biased = tf.add(
      tf.conv2d(picture, variable('biased/kernel', [3, 3, 3, 4]) as Tensor4D, 1, 'same'),
      variable('biased/bias', [4]),
    );
    const apart = tf.depthwiseConv2d(picture, variable('apart/kernel', [3, 3, 3, 2]) as Tensor4D, 1, 'same');
    const size: [number, number, number, number] = [batch(x), 12, 10, 4];
    const larger = variable('larger/kernel', [3, 3, 4, 3]) as Tensor4D;
    const transposed = tf.conv2dTranspose(picture, larger, size, 2, 'same');
    const shared = tf.conv2d(picture, variable('shared/kernel', [1, 1, 3, 4]) as Tensor4D, 1, 'same');
    const vectors = tf.matMul(tf.mean(x, [1, 2]), variable('dense/kernel', [3, 5]));
    return [
      tf.relu(norm(plain, 'plain')),
      norm(biased, 'biased'),
      tf.relu(norm(apart, 'apart')),
      norm(transposed, 'transposed'),
      norm(vectors, 'dense'),
      tf.add(norm(shared, 'shared'), shared),
      norm(x, 'input'),
    ];
  };
  tf.tidy(() => void fn(tf.zeros([1, 6, 5, 3])));
  return { name: 'norms', inputs: [{ shape: [-1, 6, 5, 3] }], fn, variables };
}

const subjects = (): Case[] => [
  everything,
  pictures,
  normCase(),
  ownCase({ name: 'small-cnn', filters: [4, 6, 8] }, [13, 11, 3]),
  ...layersCases(),
];

describe.each(Object.entries(all))('%s alone', (name, pass) => {
  it('leaves every answer as it is', async () => {
    const models = new Map<string, Uint8Array>();
    for (const subject of subjects()) {
      const bytes = encodeModel(model(subject, { [name]: pass }));
      models.set(subject.name, bytes);
      // 1.3e-6 measured, by folded batch norm.
      expect(await largestDifference(subject, bytes)).toBeLessThan(3e-6);
    }
    expect(checkModels(models)).toBe(`${models.size} checked`);
  });
});

describe('what passes are for', () => {
  it('mergeClips makes one Clip of Relu, Min and Max, and none where the bounds cross', () => {
    const counts = operatorCounts(model(everything, passes));
    expect(counts).toMatchObject({ Clip: 4, Min: 1, Max: 1 });
    expect(counts.Relu).toBeUndefined();
  });

  it('mergeTransposes, mergeReshapes and removeIdentities leave no way there and back', () => {
    const counts = operatorCounts(model(everything, passes));
    expect(counts.Identity).toBeUndefined();
    // Into the convolutions, and out of them to the three outputs that are pictures or their transposition.
    expect(counts.Transpose).toBe(3);
    expect(counts.Reshape).toBe(1);
  });

  it('transposesFirst moves bytes, and mergePads lets convolutions pad', () => {
    const { node, initializer } = model(pictures, passes).graph;
    expect(node.map(({ op_type }) => op_type).slice(0, 5)).toEqual([
      'Transpose',
      'Cast',
      'Div',
      'Sub',
      'Conv',
    ]);
    expect(node[0]?.input).toEqual(['x0']);
    const dims = new Map(initializer.map((tensor) => [tensor.name, tensor.dims]));
    expect(node.slice(2, 4).map(({ input }) => dims.get(input[1]))).toEqual([
      [3, 1, 1],
      [3, 1, 1],
    ]);
  });

  it('mergeGelu writes what onnxruntime fuses, and Gelu from operator set 20 on', () => {
    const graph = traceCase(pictures);
    const at = (opset: number) => convert(graph, new Map(), { name: 'test', outputs: ['y0'], opset });
    const before = at(19).graph.node.map(({ op_type }) => op_type);
    expect(before.slice(5, 10)).toEqual(['Div', 'Erf', 'Add', 'Mul', 'Mul']);
    expect(operatorCounts(at(20))).toMatchObject({ Gelu: 3 });
    expect(operatorCounts(at(20)).Mul).toBeUndefined();
  });

  it('mergeGelu knows the complement of erf, of which Keras makes it', () => {
    const subject = { name: 'gelu', inputs: [{ shape: [-1, 4] }], fn: kerasGelu };
    const at = (opset: number) => operatorCounts(exportCase(subject, opset));
    expect(at(20)).toEqual({ Gelu: 1 });
    expect(at(19)).toEqual({ Div: 1, Erf: 1, Add: 1, Mul: 2 });
  });

  it('foldBatchNorm leaves the two that cannot go in: behind an input, and behind what others use', () => {
    const kept = model(normCase(), passes);
    expect(operatorCounts(kept).BatchNormalization).toBe(7);
    const folded = model(normCase(), { foldBatchNorm, ...passes });
    expect(operatorCounts(folded).BatchNormalization).toBe(2);
    const names = folded.graph.initializer.map((tensor) => tensor.name);
    expect(names).toEqual(expect.arrayContaining(['biased/bias', 'plain/bias']));
    expect(names).not.toContain('biased/variance');
  });

  it('removeDead and the builder leave no constant twice and none unused', () => {
    for (const subject of subjects()) {
      const { node, initializer } = model(subject, passes).graph;
      const used = new Set(node.flatMap(({ input }) => input));
      expect(initializer.filter((tensor) => !used.has(tensor.name ?? ''))).toEqual([]);
      const unnamed = initializer.filter(({ name }) => /^constant/.test(name ?? ''));
      const contents = unnamed.map(({ data_type, dims, raw_data }) =>
        [data_type, dims, Buffer.from(raw_data ?? []).toString('hex')].join(' '),
      );
      expect(new Set(contents).size).toBe(contents.length);
    }
  });
});
