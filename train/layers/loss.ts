// Softmax cross-entropy by TensorFlow's fused op, which also yields the gradient.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';

const attributes = [eagerAttribute.type('T', DataType.float32)];

/** Cross-entropy of each picture, `[N]`; the targets `[N,classes]` get no gradient. */
export function crossEntropyOf(logits: Tensor, targets: Tensor): Tensor {
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

/** What the loss of a picture depends on beside its logits and its label. */
export interface LossOptions {
  /**
   * Share of the target that is spread evenly over all classes.
   * Szegedy et al. 2016, https://arxiv.org/abs/1512.00567, section 7.
   */
  readonly smoothing?: number;
  readonly mixture?: Mixture | undefined;
  /** What a picture of each class counts, `[classes]` float32; a mixed one counts the same mixture of both. */
  readonly weights?: Tensor | undefined;
  /**
   * Gamma of the focal loss: what is answered right with the probability p counts (1 - p)^gamma; 0 if left out.
   * Lin et al. 2017, https://arxiv.org/abs/1708.02002, section 3.2.
   */
  readonly focus?: number | undefined;
}

/**
 * Mean cross-entropy of a batch; weights are of one batch as of another, so it is divided by N whatever they are.
 * @param logits - `[N,classes]` float32.
 * @param labels - `[N]` int32.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  { smoothing = 0, mixture, weights, focus = 0 }: LossOptions = {},
): Tensor {
  const classes = logits.shape[1] ?? 0;
  const spread = smoothing / classes;
  const targetsOf = (classOf: Tensor) =>
    tf.oneHot(classOf as Tensor<never>, classes, 1 - smoothing + spread, spread, 'float32');
  const mixed = (of: (labels: Tensor) => Tensor, axes: number) => {
    if (mixture === undefined) return of(labels);
    const share = axes === 1 ? mixture.shares : tf.expandDims(mixture.shares, 1);
    return tf.add(tf.mul(of(labels), share), tf.mul(of(mixture.others), tf.sub(1, share)));
  };
  let loss = crossEntropyOf(logits, mixed(targetsOf, 2));
  if (focus > 0) loss = tf.mul(loss, tf.pow(tf.sub(1, tf.exp(tf.neg(loss))), focus));
  if (weights !== undefined) {
    // A sum over the classes: a lookup by index would read the labels back.
    const weightOf = (classOf: Tensor) =>
      tf.sum(tf.mul(tf.oneHot(classOf as Tensor<never>, classes, 1, 0, 'float32'), weights), 1);
    loss = tf.mul(loss, mixed(weightOf, 1));
  }
  return tf.mean(loss);
}

/** For mixed pictures: a second label of each, `[N]` int32, and the share of the first, `[N]` float32. */
export interface Mixture {
  readonly others: Tensor;
  readonly shares: Tensor;
}

/** How many of a batch are right: float32 scalar. */
export function countCorrect(logits: Tensor, labels: Tensor): Tensor {
  return tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'));
}
