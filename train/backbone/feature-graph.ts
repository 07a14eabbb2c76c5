// One ONNX graph from bytes of pictures to features: scaling and layout before a network from elsewhere, pooling after it.

import type { Shape } from '../../models/image/shape.ts';
import { attribute } from '../../models/onnx/attribute.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import { floatTensor, int64Tensor, namedNode } from '../../models/onnx/make.ts';
import { inputsOf } from '../../models/onnx/reads.ts';
import {
  type AttributeProto,
  dataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../../models/onnx/schema.ts';
import { prefixed, prunedTo } from '../../models/onnx/subgraph.ts';
import type { Standardize } from '../layers/forward.ts';
import { withFreeBatch } from './free-batch.ts';
import type { Backbone } from './schema.ts';

/** Names of what goes in and comes out. */
export const IMAGE = 'image';
export const FEATURES = 'features';

/** Before the names of everything that comes from the file, so that none of ours is among them. */
const PREFIX = 'backbone/';

export interface FeatureGraphOptions {
  readonly input: Backbone['input'];
  readonly standardize: Standardize;
  /** Name of the value that is taken. */
  readonly output: string;
  /** Sizes of that value but for the number of pictures. */
  readonly sizes: readonly number[];
  /** `[H,W,C]` of a picture. */
  readonly shape: Shape;
}

/** Versions of the file's format in which weights need not be listed as inputs, and which ours have anyway. */
const IR_VERSION = 8;

/**
 * The model `image` uint8 `[N,H,W,C]` -> `features` float32 `[N,F]`, in the operator sets of the file.
 * Places of feature maps are averaged; `sizes` of three numbers whose last two are equal are `[F,h,w]`, else `[h,w,F]`.
 */
export function featureModel(model: ModelProto, options: FeatureGraphOptions): ModelProto {
  const { output, sizes, shape } = options;
  const own = prefixed(prunedTo(withFreeBatch(model.graph), output), PREFIX);
  const [input] = inputsOf(own);
  const before = entrance(options, input?.name ?? '');
  const after = exit(PREFIX + output, sizes, opsetOf(model) ?? 1);
  const graph: GraphProto = {
    ...own,
    name: FEATURES,
    node: [...before.node, ...own.node, ...after.node],
    initializer: [...before.initializer, ...own.initializer, ...after.initializer],
    input: [
      {
        name: IMAGE,
        type: {
          tensor_type: {
            elem_type: dataType.UINT8,
            shape: { dim: [{ dim_param: 'N' }, ...shape.map((dim_value) => ({ dim_value }))] },
          },
        },
      },
    ],
    output: [
      {
        name: FEATURES,
        type: {
          tensor_type: {
            elem_type: dataType.FLOAT,
            shape: { dim: [{ dim_param: 'N' }, { dim_value: featuresOf(sizes) }] },
          },
        },
      },
    ],
  };
  // Who made the file is not who made this one.
  const { producer_version: _, doc_string: __, domain: ___, model_version: ____, ...rest } = model;
  return {
    ...rest,
    ir_version: Math.max(IR_VERSION, model.ir_version),
    producer_name: 'trainyard',
    metadata_props: [],
    graph,
  };
}

/** How many features a value of these sizes has, its places averaged. */
export function featuresOf(sizes: readonly number[]): number {
  if (sizes.length === 3) return sizes[channelAxis(sizes) - 1] ?? 0;
  return sizes.at(-1) ?? 0;
}

/** Of `[N,...sizes]`: a network's feature maps are square, and seldom as many as they are wide. */
function channelAxis([first, second, third]: readonly number[]): 1 | 3 {
  return second === third || first !== second ? 1 : 3;
}

interface Part {
  readonly node: NodeProto[];
  readonly initializer: TensorProto[];
}

/** Adds nodes of one output one after another, each to the result of the one before. */
function chain(start: string, name: string) {
  const part: Part = { node: [], initializer: [] };
  let last = start;
  return {
    part,
    add(op_type: string, attributes: readonly AttributeProto[] = [], more: readonly string[] = []) {
      const own = `${name}/${op_type}${part.node.length}`;
      part.node.push(namedNode(op_type, own, [last, ...more], attributes));
      last = own;
    },
    /** Stores a constant under a name of this part, which is returned. */
    constant(tensor: TensorProto) {
      const own = `${name}/${tensor.name}`;
      part.initializer.push({ ...tensor, name: own });
      return own;
    },
    /** Calls the last result by another name. */
    end(as: string): Part {
      const node = part.node.map((each, i) =>
        i === part.node.length - 1 ? { ...each, output: [as] } : each,
      );
      return { ...part, node };
    },
  };
}

/** From `image` to what the file takes, by the same two numbers a channel as `standardized` in train/layers/forward.ts. */
function entrance(
  { input: { type, layout, order }, standardize, shape }: FeatureGraphOptions,
  as: string,
): Part {
  const { add, constant, end } = chain(IMAGE, 'input');
  if (order === 'bgr' && shape[2] === 3)
    add('Gather', [attribute.int('axis', 3)], [constant(int64Tensor('bgr', [2, 1, 0]))]);
  if (type !== 'uint8') {
    const { mean, deviation } = inOrder(standardize, order);
    const scale = deviation.map((d) => 1 / (255 * d));
    const shift = mean.map((m, i) => -m / (deviation[i] ?? 1));
    add('Cast', [attribute.int('to', dataType.FLOAT)]);
    add('Mul', [], [constant(floatTensor('scale', scale))]);
    add('Add', [], [constant(floatTensor('shift', shift))]);
  }
  if (layout === 'nchw') add('Transpose', [attribute.ints('perm', [0, 3, 1, 2])]);
  else add('Identity');
  return end(as);
}

/** Means and deviations are given in the order red, green, blue; here in the order that the file takes. */
export function inOrder({ mean, deviation }: Standardize, order: Backbone['input']['order']): Standardize {
  if (order === 'rgb') return { mean, deviation };
  return { mean: [...mean].reverse(), deviation: [...deviation].reverse() };
}

/** From this version on, the axes of ReduceMean are an input. */
const AXES_AS_INPUT = 18;

/** From a value `[N,...sizes]` to `features`. */
function exit(from: string, sizes: readonly number[], opset: number): Part {
  const { add, constant, end } = chain(from, 'output');
  add('Cast', [attribute.int('to', dataType.FLOAT)]);
  const axes =
    sizes.length === 3 ? (channelAxis(sizes) === 1 ? [2, 3] : [1, 2]) : sizes.length === 2 ? [1] : [];
  if (axes.length > 0) {
    if (opset < AXES_AS_INPUT)
      add('ReduceMean', [attribute.ints('axes', axes), attribute.int('keepdims', 0)]);
    else add('ReduceMean', [attribute.int('keepdims', 0)], [constant(int64Tensor('axes', axes))]);
  }
  add('Flatten', [attribute.int('axis', 1)]);
  return end(FEATURES);
}
