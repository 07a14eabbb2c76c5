// A network's named weights, and the view of them that its layers get.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { sizeOf } from '../../models/shape.ts';
import { tf, uint8Tensor } from '../graph/tensorflow.ts';
import type { Examples, Initializer } from './initializers.ts';

/** What a network is made of, by name (`conv1/kernel`), in the order in which its layers ask for it. */
export interface Parameters {
  /** Trained by gradients. */
  readonly weights: Map<string, Variable>;
  /** Kept by the layers themselves, such as batch norm's moving mean. */
  readonly statistics: Map<string, Variable>;
}

/** What a layer sees of the network it belongs to. */
export interface Net {
  readonly training: boolean;
  /** int32 `[2]`: seed of this step's random ops; absent where nothing random happens. */
  readonly seed?: Tensor;
  weight(name: string, shape: number[], initializer: Initializer): Tensor;
  statistic(name: string, shape: number[], value: number): Variable;
}

/** The parts of a network, one after another: what sees, what sums up, what decides. */
export interface NetworkParts {
  /** `[N,H,W,C]` to the last feature maps, `[N,h,w,F]`. */
  maps(net: Net, images: Tensor): Tensor;
  /** Maps to features, `[N,F]`; without weights of its own. */
  pool(maps: Tensor): Tensor;
  /** Features to logits, `[N,classes]`. */
  classify(net: Net, features: Tensor): Tensor;
}

/** Maps a batch `[N,H,W,C]` float32 to logits `[N,classes]`; some know the parts that they are made of. */
export type Architecture = ((net: Net, images: Tensor) => Tensor) & {
  readonly parts?: NetworkParts;
  /** Takes its input as uint8, as it is in the data. */
  readonly takesBytes?: true;
  /** Where those bytes are features: the same of them as numbers, float32 `[N,F]`. */
  readonly onFeatures?: NetworkParts['classify'];
};

/** The architecture that three parts make. */
export function inParts(parts: NetworkParts): Architecture {
  const whole = (net: Net, images: Tensor): Tensor =>
    parts.classify(net, parts.pool(parts.maps(net, images)));
  return Object.assign(whole, { parts });
}

/** What a layer asks for: a weight with the way to draw its first values, or a statistic with its first value. */
export type Requested = { readonly shape: readonly number[] } & (
  | { readonly kind: 'weight'; readonly initializer: Initializer }
  | { readonly kind: 'statistic'; readonly value: number }
);

/**
 * What the layers of `architecture` ask for, by name, in the order in which they do: found by running it once on zeros.
 * @param shape - `[H,W,C]` of one image.
 * @throws Error when two layers ask for one name.
 */
export function dryRun(architecture: Architecture, shape: readonly number[]): Map<string, Requested> {
  const requested = new Map<string, Requested>();
  const statistics: Variable[] = [];
  const note = (name: string, request: Requested) => {
    if (requested.has(name)) throw new Error(`two layers are called ${name}: give each a name of its own`);
    requested.set(name, request);
  };
  tf.tidy(() => {
    architecture(
      {
        training: false,
        weight(name, dims, initializer) {
          note(name, { kind: 'weight', shape: dims, initializer });
          return tf.zeros(dims);
        },
        statistic(name, dims, value) {
          note(name, { kind: 'statistic', shape: dims, value });
          const variable = tf.variable(tf.fill(dims, value), false);
          statistics.push(variable);
          return variable;
        },
      },
      blank(architecture, shape),
    );
  });
  tf.dispose(statistics);
  return requested;
}

/**
 * Makes the parameters of `architecture`: what its layers ask for.
 * @param shape - `[H,W,C]` of one image.
 * @param seed - Seed of the initial weights; each depends on it and on its own name alone.
 * @param examples - For architectures whose first weights come from the data.
 */
export function createParameters(
  architecture: Architecture,
  shape: readonly number[],
  seed: number,
  examples?: () => Examples,
): Parameters {
  const parameters: Parameters = { weights: new Map(), statistics: new Map() };
  for (const [name, request] of dryRun(architecture, shape)) {
    const { kind, shape: dims } = request;
    const values = () =>
      kind === 'weight'
        ? tf.tensor(request.initializer(dims, seed, name, examples), [...dims], 'float32')
        : tf.fill([...dims], request.value);
    const variable = tf.tidy(() => tf.variable(values(), kind === 'weight'));
    parameters[kind === 'weight' ? 'weights' : 'statistics'].set(name, variable);
  }
  return parameters;
}

/** The view that layers get of existing parameters. */
export function netOf(parameters: Parameters, mode: { training: boolean; seed?: Tensor }): Net {
  const find = (kind: Map<string, Variable>, name: string, shape: number[]): Variable => {
    const variable = kind.get(name);
    if (variable === undefined) throw new Error(`the network has no parameter ${name}`);
    if (variable.shape.join() !== shape.join())
      throw new Error(`${name} has shape [${variable.shape}], its layer expects [${shape}]`);
    return variable;
  };
  return {
    ...mode,
    weight: (name, shape) => find(parameters.weights, name, shape),
    statistic: (name, shape) => find(parameters.statistics, name, shape),
  };
}

/**
 * How many numbers a network gives for a picture: found by running it once on zeros.
 * @param shape - `[H,W,C]` of one image.
 */
export function countOutputs(
  architecture: Architecture,
  parameters: Parameters,
  shape: readonly number[],
): number {
  const [, count = 0] = tf.tidy(
    () => architecture(netOf(parameters, { training: false }), blank(architecture, shape)).shape,
  );
  return count;
}

/** One picture of zeros, in the type that an architecture takes. */
function blank({ takesBytes }: Architecture, shape: readonly number[]): Tensor {
  return takesBytes ? uint8Tensor(new Uint8Array(sizeOf(shape)), [1, ...shape]) : tf.zeros([1, ...shape]);
}

/** Every variable of the network by name. */
export function allParameters({ weights, statistics }: Parameters): Map<string, Variable> {
  return new Map([...weights, ...statistics]);
}

export function disposeParameters(parameters: Parameters): void {
  for (const variable of allParameters(parameters).values()) variable.dispose();
}

/** Number of trained values. */
export function countWeights({ weights }: Parameters): number {
  return [...weights.values()].reduce((sum, { size }) => sum + size, 0);
}
