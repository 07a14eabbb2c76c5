// Puts a head that was taught behind the network whose features it was taught on.
import { attribute } from '../../../models/onnx/attribute.ts';
import { floatTensor, floatValue, namedNode } from '../../../models/onnx/make.ts';
import type { ModelProto } from '../../../models/onnx/types.ts';
import { namesIn, uniqueNames } from '../../../models/onnx/unique-names.ts';
import type { Head } from '../head/regression.ts';
import type { FeatureModel } from './feature-graph.ts';

const PROBABILITIES = 'probabilities';

/** One model from `image` to `probabilities` float32 `[N,classes]`. */
export function joined({ model, output }: FeatureModel, { kernel, bias }: Head, name: string): ModelProto {
  const { graph } = model;
  const classes = bias.length;
  const own = uniqueNames([...namesIn(graph), PROBABILITIES]);
  const [weights, product, shift, logits] = [
    own('head/kernel'),
    own('head/MatMul'),
    own('head/bias'),
    own('head/Add'),
  ];
  return {
    ...model,
    graph: {
      ...graph,
      name,
      node: [
        ...graph.node,
        namedNode('MatMul', product, [output, weights]),
        namedNode('Add', logits, [product, shift]),
        // Not -1: before operator set 11, axes do not count from the end.
        namedNode('Softmax', PROBABILITIES, [logits], [attribute.int('axis', 1)]),
      ],
      initializer: [
        ...graph.initializer,
        floatTensor(weights, kernel, [kernel.length / classes, classes]),
        floatTensor(shift, bias),
      ],
      output: [floatValue(PROBABILITIES, [{ dim_param: 'N' }, { dim_value: classes }])],
    },
  };
}
