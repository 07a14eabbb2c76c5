// First weights of a network that is raced.
import { createArchitecture } from '../../../train/architectures/index.ts';
import { type Architecture, createParameters, type Parameters } from '../../../train/layers/net.ts';
import { CLASSES, type Network, randomSplit } from './networks.ts';

/** An architecture and its weights; those made from data, such as a whitening kernel, from random pictures. */
export function createNetwork({ shape, recipe }: Pick<Network, 'shape' | 'recipe'>): {
  architecture: Architecture;
  parameters: Parameters;
} {
  const architecture = createArchitecture(recipe.architecture, CLASSES);
  const examples = randomSplit(100, shape);
  const parameters = createParameters(architecture, shape, recipe.seed, () => ({
    values: Float32Array.from(examples.images, (byte) => byte / 64 - 2),
    shape: [examples.n, ...shape],
  }));
  return { architecture, parameters };
}
