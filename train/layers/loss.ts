// Softmax cross-entropy by TensorFlow's fused op, which also yields the gradient.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';

const attributes = [eagerAttribute.type('T', DataType.float32)];

/** Cross-entropy of each picture, `[N]`; the targets `[N,classes]` get no gradient. */
function fused(logits: Tensor, targets: Tensor): Tensor {
  const apply = tf.customGrad((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const outputs = backend.executeMultipleOutputs(
      'SoftmaxCrossEntropyWithLogits',
      attributes,
      [x, targets],
      2,
    );
    const [value, gradient] = outputs as [Tensor, Tensor];
    save([gradient]);
    return {
      value,
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => tf.mul(tf.expandDims(dy, 1), saved as Tensor),
    };
  });
  return apply(logits);
}

/**
 * Mean cross-entropy of a batch.
 * @param logits - `[N,classes]` float32.
 * @param labels - `[N]` int32.
 * @param smoothing - Share of the target that is spread evenly over all classes.
 *   Szegedy et al. 2016, https://arxiv.org/abs/1512.00567, section 7.
 * @param mixture - For mixed pictures: a second label of each, `[N]` int32, and the share of the first, `[N]` float32.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, smoothing = 0, mixture?: Mixture): Tensor {
  const classes = logits.shape[1] ?? 0;
  const spread = smoothing / classes;
  const targetsOf = (classOf: Tensor) =>
    tf.oneHot(classOf as Tensor<never>, classes, 1 - smoothing + spread, spread, 'float32');
  if (mixture === undefined) return tf.mean(fused(logits, targetsOf(labels)));
  const share = tf.expandDims(mixture.shares, 1);
  const targets = tf.add(
    tf.mul(targetsOf(labels), share),
    tf.mul(targetsOf(mixture.others), tf.sub(1, share)),
  );
  return tf.mean(fused(logits, targets));
}

/** The second label of mixed pictures, and the share of the first. */
export interface Mixture {
  readonly others: Tensor;
  readonly shares: Tensor;
}

/** How many of a batch are right: float32 scalar. */
export function countCorrect(logits: Tensor, labels: Tensor): Tensor {
  return tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'));
}
