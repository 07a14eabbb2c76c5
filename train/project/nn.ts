// The layers under one name, for networks of a user's own.
import { gelu, relu, relu6 } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv2d, flatten, globalAveragePool, maxPool } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import { depthwiseConv2d } from '../layers/depthwise.ts';
import { dropout, uniform } from '../layers/dropout.ts';
import {
  dirac,
  glorotNormal,
  heNormal,
  normalWith,
  ones,
  torchUniform,
  zeros,
} from '../layers/initializers.ts';
import { inParts } from '../layers/net.ts';

/**
 * The layers of networks: functions of `net`, which has the weights, of a name for these, and of a tensor. Those without
 * weights take the tensor alone; everything of `tf` that has a gradient can stand between them.
 */
export const nn = {
  batchNorm,
  conv2d,
  dense,
  depthwiseConv2d,
  dropout,
  flatten,
  gelu,
  globalAveragePool,
  inParts,
  /** How first weights are drawn. */
  initializers: { dirac, glorotNormal, heNormal, normalWith, ones, torchUniform, zeros },
  maxPool,
  relu,
  relu6,
  uniform,
};
