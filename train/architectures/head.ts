// The head of a network: from features to logits.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { dense } from '../layers/dense.ts';
import { dropout } from '../layers/dropout.ts';
import type { Net } from '../layers/net.ts';

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
