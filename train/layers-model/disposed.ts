// Tensors and models whose memory was given back: tfjs says of them only that "Tensor is disposed".
import type { LayersModel, LayerVariable, Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { DataError } from '../errors.ts';

/**
 * @param name - what messages call them: `x`.
 * @throws DataError for a tensor whose values are gone.
 */
export function checkNotDisposed(name: string, tensors: unknown): void {
  const all: unknown[] = isTensor(tensors) ? [tensors] : Object.values(Object(tensors));
  if (all.some((each) => isTensor(each) && each.isDisposed))
    throw new DataError(
      `${name} was disposed: its values are gone. Dispose of it when the training has ended; what is made in tf.tidy is kept by tf.keep or by returning it.`,
    );
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'isDisposed' in value;
}

/** @throws UserError for a model whose weights are gone. */
export function checkModelNotDisposed({ name, weights }: Pick<LayersModel, 'name' | 'weights'>): void {
  if (weights.some((weight) => isDisposed(weight)))
    throw new UserError(
      `${name} was disposed: its weights are gone. Make it anew, or load it, and call dispose() when it is done with.`,
    );
}

function isDisposed(weight: LayerVariable): boolean {
  // The border with tfjs: the variable is protected, and read() throws where it is disposed.
  const value: unknown = Reflect.get(weight, 'val');
  return isTensor(value) && value.isDisposed;
}
