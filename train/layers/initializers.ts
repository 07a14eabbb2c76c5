// Initial weights, each a function of the seed and of the weight's own name.

import { sizeOf } from '../../models/shape.ts';
import { normal, random } from '../random.ts';

/** Standardized training images `[n,H,W,C]`, for weights that start from the data. */
export interface Examples {
  values: Float32Array;
  shape: readonly [n: number, height: number, width: number, channels: number];
}

/** Values for a weight of `shape`, row-major; the last dimension is the outputs'. */
export type Initializer = (
  shape: readonly number[],
  seed: number,
  name: string,
  examples?: () => Examples,
) => Float32Array;

/**
 * Normal with variance 2 / fan-in, for layers that end in ReLU.
 * He et al. 2015, "Delving Deep into Rectifiers", https://arxiv.org/abs/1502.01852, equation 10.
 */
export const heNormal: Initializer = (shape, seed, name) =>
  normals(shape, seed, name, Math.sqrt(2 / fanIn(shape)));

/**
 * Normal with variance 2 / (fan-in + fan-out), for a linear last layer.
 * Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", equation 12.
 */
export const glorotNormal: Initializer = (shape, seed, name) =>
  normals(shape, seed, name, Math.sqrt(2 / (fanIn(shape) + fanOut(shape))));

/**
 * Uniform within 1 / sqrt(fan-in): what PyTorch's layers start from, for recipes that were tuned on it.
 * Reference: torch.nn.Linear and torch.nn.Conv2d, `reset_parameters`.
 */
export const torchUniform: Initializer = (shape, seed, name) => {
  const bound = 1 / Math.sqrt(fanIn(shape));
  const next = random(seed, `weights/${name}`);
  return Float32Array.from({ length: sizeOf(shape) }, () => (2 * next() - 1) * bound);
};

/**
 * A kernel `[kh,kw,in,out]` whose first `in` outputs are its inputs unchanged; the others are as in PyTorch.
 * Zagoruyko and Komodakis 2017, "DiracNets", https://arxiv.org/abs/1706.00388; partly, as in arXiv 2404.00498, section 3.2.
 */
export const dirac: Initializer = (shape, seed, name) => {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = shape;
  const values = torchUniform(shape, seed, name);
  const center = Math.floor(height / 2) * width + Math.floor(width / 2);
  for (let place = 0; place < height * width; place++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < Math.min(inputs, outputs); o++)
        values[(place * inputs + i) * outputs + o] = place === center && i === o ? 1 : 0;
  return values;
};

/** Normal with one deviation for every weight, whatever its fan-in. */
export function normalWith(deviation: number): Initializer {
  return (shape, seed, name) => normals(shape, seed, name, deviation);
}

export const zeros: Initializer = (shape) => new Float32Array(sizeOf(shape));
export const ones: Initializer = (shape) => new Float32Array(sizeOf(shape)).fill(1);

function normals(shape: readonly number[], seed: number, name: string, deviation: number): Float32Array {
  const next = random(seed, `weights/${name}`);
  return Float32Array.from({ length: sizeOf(shape) }, () => normal(next) * deviation);
}

/** Inputs that one output sums: `[kh,kw,in,out]` of a convolution, `[in,out]` of a dense layer. */
function fanIn(shape: readonly number[]): number {
  return sizeOf(shape.slice(0, -1));
}

function fanOut(shape: readonly number[]): number {
  return sizeOf([...shape.slice(0, -2), ...shape.slice(-1)]);
}
