// The head of a network: from features to logits.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';
import { dense } from '../layers/dense.ts';
import { dropout } from '../layers/dropout.ts';
import type { Architecture, Net, NetworkParts } from '../layers/net.ts';
import { defineArchitecture } from './architecture.ts';
import { dropoutRate } from './options.ts';

export interface HeadOptions {
  classes: number;
  /** Share of the features zeroed in training. */
  dropout: number;
}

/** One fully connected layer, called `logits`, after dropout: `[N,F]` to `[N,classes]`. */
export function linearHead({ classes, dropout: rate }: HeadOptions) {
  return (net: Net, features: Tensor): Tensor =>
    dense(net, 'logits', dropout(net, 'dropout', features, rate), { units: classes });
}

/** A head on the features that a recipe's backbone makes. */
export const head = defineArchitecture({
  name: 'head',
  options: { dropout: dropoutRate },
  build: ({ dropout: rate }, classes) => headOf({ classify: linearHead({ classes, dropout: rate }) }),
});

/** The last part of a network as one of its own, over the bytes of features. */
export function headOf({ classify }: Pick<NetworkParts, 'classify'>): Architecture {
  const whole = (net: Net, bytes: Tensor): Tensor => classify(net, floats(bytes));
  return Object.assign(whole, { takesBytes: true as const, onFeatures: classify });
}

/** `[N,1,1,4 * F]` uint8 read as `[N,F]` float32. */
function floats(bytes: Tensor): Tensor {
  const [n = 0, , , length = 0] = bytes.shape;
  const words = backend.executeSingleOutput(
    'Reshape',
    [eagerAttribute.type('T', DataType.uint8), eagerAttribute.type('Tshape', DataType.int32)],
    [bytes, tf.tensor1d([n, length / 4, 4], 'int32')],
  );
  return backend.executeSingleOutput(
    'Bitcast',
    [eagerAttribute.type('T', DataType.uint8), eagerAttribute.type('type', DataType.float32)],
    [words],
  );
}
