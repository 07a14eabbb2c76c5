// Initial weights, each a function of the seed and of the weight's own name.
import { normal, random } from '../random.ts';

/** Values for a weight of `shape`, row-major; the last dimension is the outputs'. */
export type Initializer = (shape: readonly number[], seed: number, name: string) => Float32Array;

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

export const zeros: Initializer = (shape) => new Float32Array(size(shape));
export const ones: Initializer = (shape) => new Float32Array(size(shape)).fill(1);

function normals(shape: readonly number[], seed: number, name: string, deviation: number): Float32Array {
  const next = random(seed, `weights/${name}`);
  return Float32Array.from({ length: size(shape) }, () => normal(next) * deviation);
}

/** Inputs that one output sums: `[kh,kw,in,out]` of a convolution, `[in,out]` of a dense layer. */
function fanIn(shape: readonly number[]): number {
  return size(shape.slice(0, -1));
}

function fanOut(shape: readonly number[]): number {
  return size([...shape.slice(0, -2), ...shape.slice(-1)]);
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
