// A network's named weights, and the view of them that layers are given.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
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
export interface Parts {
  /** `[N,H,W,C]` to the last feature maps, `[N,h,w,F]`. */
  maps(net: Net, images: Tensor): Tensor;
  /** Maps to features, `[N,F]`; without weights of its own. */
  pool(maps: Tensor): Tensor;
  /** Features to logits, `[N,classes]`. */
  classify(net: Net, features: Tensor): Tensor;
}

/** Maps a batch `[N,H,W,C]` float32 to logits `[N,classes]`; some know the parts that they are made of. */
export type Architecture = ((net: Net, images: Tensor) => Tensor) & {
  readonly parts?: Parts;
  /** Gets its input as uint8, as it lies in the data. */
  readonly takesBytes?: true;
  /** Where those bytes are features: the same of them as numbers, float32 `[N,F]`. */
  readonly onFeatures?: Parts['classify'];
};

/** The architecture that three parts make. */
export function inParts(parts: Parts): Architecture {
  const whole = (net: Net, images: Tensor): Tensor =>
    parts.classify(net, parts.pool(parts.maps(net, images)));
  return Object.assign(whole, { parts });
}

/**
 * Makes the parameters of `architecture` by running it once on zeros.
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
  const make = (
    kind: Map<string, Variable>,
    name: string,
    trainable: boolean,
    values: () => Tensor,
  ): Variable => {
    if (parameters.weights.has(name) || parameters.statistics.has(name))
      throw new Error(`two layers are called ${name}: give each a name of its own`);
    const variable = tf.tidy(() => tf.variable(values(), trainable));
    kind.set(name, variable);
    return variable;
  };
  tf.tidy(() => {
    architecture(
      {
        training: false,
        weight: (name, dims, initializer) =>
          make(parameters.weights, name, true, () =>
            tf.tensor(initializer(dims, seed, name, examples), dims, 'float32'),
          ),
        statistic: (name, dims, value) =>
          make(parameters.statistics, name, false, () => tf.fill(dims, value)),
      },
      architecture.takesBytes
        ? uint8Tensor(new Uint8Array(sizeOf(shape)), [1, ...shape])
        : tf.zeros([1, ...shape]),
    );
  });
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

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
