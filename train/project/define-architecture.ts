// `defineArchitecture`: a network of a user's own, as a function of its options and of the number of classes.

import { UserError } from '../../models/errors.ts';
import { type ArchitectureDefinition, architectures } from '../architectures/index.ts';
import { tf } from '../graph/tensorflow.ts';
import type { Architecture } from '../layers/net.ts';
import { type Chosen, chosen } from './chosen.ts';
import { filledIn, type GivenOptions, type OptionValues, type OwnOptions, schemasOf } from './options.ts';
import { checkFree, checkName } from './own-name.ts';

/** A network of one's own. */
export interface OwnArchitecture<O extends OwnOptions> {
  /** Lower-case letters, digits and dashes: what runs and cards call it. */
  readonly name: string;
  /** The default of each option, `{ width: 32 }`, or a zod schema for it. */
  readonly options?: O;
  /**
   * The network: a function of the layers' weights (`net`) and of a batch of pictures, float32 `[N,H,W,C]`, standardized,
   * to logits `[N,classes]`. Layers are those of `nn` or functions of `tf`.
   */
  build(options: OptionValues<O>, classes: number): Architecture;
}

/** Makes what a recipe's `architecture` is: the name and the options, defaults filled in. */
export type ArchitectureMaker<O extends OwnOptions> = (options?: GivenOptions<O>) => Chosen<'architecture'>;

/**
 * Defines a network, which recipes then have as their `architecture`.
 * @throws UserError for a name or an option that cannot be
 * @example
 * const tiny = defineArchitecture({
 *   name: 'tiny',
 *   options: { width: 32 },
 *   build: ({ width }, classes) => (net, x) => {
 *     const maps = tf.selu(nn.conv2d(net, 'c1', x, { filters: width, kernel: 3 }));
 *     return nn.dense(net, 'logits', nn.globalAveragePool(maps), { units: classes });
 *   },
 * });
 * defineRecipe({ name: 'bars', dataset: bars, architecture: tiny({ width: 16 }) });
 */
export function defineArchitecture<O extends OwnOptions = Record<never, never>>(
  own: OwnArchitecture<O>,
): ArchitectureMaker<O> {
  const { name, options = {}, build } = own;
  checkName('an architecture', name);
  checkFree('an architecture', name, architectures);
  const owner = `The architecture ${name}`;
  if (typeof build !== 'function')
    throw new UserError(
      `${owner} has no function build: expected (options, classes) => (net, images) => logits.`,
    );
  const schemas = schemasOf(owner, options);
  const definition: ArchitectureDefinition = {
    name,
    options: schemas,
    // The schemas were made of O.
    build: (values, classes) => checked(owner, build(values as OptionValues<O>, classes), classes),
  };
  return (given) => chosen('architecture', definition, filledIn(owner, schemas, given));
}

/** The network, which says in words when what it gives are no logits. */
function checked(owner: string, network: Architecture, classes: number): Architecture {
  if (typeof network !== 'function')
    throw new UserError(
      `${owner} builds ${inWords(network)}: expected a function (net, images) => logits, as in build: (options, classes) => (net, x) => nn.dense(net, 'logits', nn.flatten(x), { units: classes }).`,
    );
  const { parts, takesBytes, onFeatures } = network;
  const whole: Architecture = (net, images) => {
    const logits: unknown = network(net, images);
    if (logits instanceof tf.Tensor && logits.rank === 2 && logits.shape[1] === classes) return logits;
    throw new UserError(
      `${owner} gives ${inWords(logits)} for a batch of ${images.shape[0]}: expected logits of shape [${images.shape[0]},${classes}], one for each of the ${classes} classes. Its last layer is usually nn.dense(net, 'logits', x, { units: classes }), after nn.globalAveragePool or nn.flatten.`,
    );
  };
  return Object.assign(whole, {
    ...(parts && { parts }),
    ...(takesBytes && { takesBytes }),
    ...(onFeatures && { onFeatures }),
  });
}

function inWords(value: unknown): string {
  if (value instanceof tf.Tensor) return `a tensor of shape [${value.shape}]`;
  if (value instanceof Promise) return 'a promise';
  return value === undefined || value === null ? String(value) : `a value of type ${typeof value}`;
}
