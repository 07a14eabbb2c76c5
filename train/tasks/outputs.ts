// What a network of any task gives out: logits of classes or labels, or numbers in their own units.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { logitsOf } from '../layers/forward.ts';
import type { Net } from '../layers/net.ts';
import { inOwnUnits } from './target-scale.ts';
import type { Task } from './task.ts';

/** Logits `[N,classes]`; of regression the numbers, `[N,K]` in the units of the targets. The arguments are those of `logitsOf`. */
export function outputsOf(task: Task, ...model: Parameters<typeof logitsOf>): Tensor {
  return withScale(task, model[0], logitsOf(...model));
}

/** Logits as they are; of regression, what the network gives as numbers in the units of the targets. */
export function withScale(task: Task, net: Net, logits: Tensor): Tensor {
  return task === 'regression' ? inOwnUnits(net, logits) : logits;
}

/** What a model file answers: probabilities that sum to one, a probability for each label, or the numbers themselves. */
export function answersOf(task: Task, outputs: Tensor): Tensor {
  if (task === 'single') return tf.softmax(outputs);
  return task === 'multi' ? tf.sigmoid(outputs) : outputs;
}
