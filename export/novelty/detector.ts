// The detector: dense layers upon what is seen of a picture, with a rectifier between them, as nodes that give `novelty`.
import { NOVELTY } from '../../models/novelty.ts';
import { constantsOf } from '../../models/onnx/constants.ts';
import { floatTensor, floatValue, namedNode } from '../../models/onnx/make.ts';
import { tensorValues } from '../../models/onnx/tensor-elements.ts';
import type { ModelProto, NodeProto, TensorProto } from '../../models/onnx/types.ts';
import { NOVELTY_PREFIX as PREFIX } from '../../models/onnx/without-novelty.ts';
import { SEEN } from './sight.ts';

/** A dense layer: `weights` `[inputs,units]`, `bias` `[units]`. */
export interface Dense {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

const kernelOf = (layer: number) => `${PREFIX}dense${layer + 1}/kernel`;
const biasOf = (layer: number) => `${PREFIX}dense${layer + 1}/bias`;

/** The value `[N,1]` whose sigmoid is the novelty. */
export const SCORE = `${PREFIX}score`;

/**
 * Adds a detector to a model with sight.
 *
 * @param layers - the last has one unit.
 */
export function withDetector(model: ModelProto, layers: readonly Dense[]): ModelProto {
  const { graph } = model;
  const node: NodeProto[] = [];
  const initializer: TensorProto[] = [];
  let value = SEEN;
  for (const [i, { weights, bias }] of layers.entries()) {
    const last = i === layers.length - 1;
    const [kernel, offset] = [kernelOf(i), biasOf(i)];
    const sum = last ? SCORE : `${PREFIX}dense${i + 1}`;
    initializer.push(
      floatTensor(kernel, weights, [weights.length / bias.length, bias.length]),
      floatTensor(offset, bias),
    );
    node.push(namedNode('Gemm', sum, [value, kernel, offset]));
    value = sum;
    if (last) continue;
    value = `${PREFIX}relu${i + 1}`;
    node.push(namedNode('Relu', value, [sum]));
  }
  node.push(namedNode('Sigmoid', NOVELTY, [value]));
  const [first] = graph.output[0]?.type?.tensor_type?.shape?.dim ?? [];
  const output = floatValue(NOVELTY, [...(first ? [first] : []), { dim_value: 1 }]);
  return {
    ...model,
    graph: {
      ...graph,
      node: [...graph.node, ...node],
      initializer: [...graph.initializer, ...initializer],
      output: [...graph.output, output],
    },
  };
}

/** The layers with the last one's bias moved, so that a score of `threshold` becomes 0, whose sigmoid is one half. */
export function centered(layers: readonly Dense[], threshold: number): Dense[] {
  return layers.map((layer, i) =>
    i < layers.length - 1 ? layer : { ...layer, bias: layer.bias.map((value) => value - threshold) },
  );
}

/** The layers of a model's detector; none where it has none. */
export function detectorOf({ graph }: ModelProto): Dense[] {
  const constants = constantsOf(graph);
  const values = (name: string) => {
    const tensor = constants.get(name);
    return tensor && Float32Array.from(tensorValues(tensor), Number);
  };
  const layers: Dense[] = [];
  for (;;) {
    const [weights, bias] = [values(kernelOf(layers.length)), values(biasOf(layers.length))];
    if (weights === undefined || bias === undefined) return layers;
    layers.push({ weights, bias });
  }
}
