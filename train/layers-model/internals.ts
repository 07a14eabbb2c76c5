// The border with tfjs's layers: what a LayersModel keeps to itself and the compiled step takes the place of.
import type {
  LayersModel,
  LayerVariable,
  layers,
  Optimizer,
  Tensor,
  Variable,
} from '@tensorflow/tfjs-node-gpu';
import { requireOf } from '../../setup/install/npm-packages.mjs';
import { tf } from '../graph/tensorflow.ts';

/** Maps a batch, inputs first, then targets, then weights of samples, to the loss and the metrics, each a scalar. */
export type BatchFunction = (data: Tensor[]) => Tensor[];

/** Private members of tfjs's LayersModel (tfjs-layers 4.22, src/engine/training.ts). */
export interface ModelInternals {
  optimizer_: Pick<Optimizer, 'minimize'>;
  isTraining: boolean;
  makeTrainFunction(): BatchFunction;
  /** Sets `testFunction`. */
  makeTestFunction(): void;
  testFunction: BatchFunction;
  /** What compile() found to be trainable. */
  readonly collectedTrainableWeights: readonly LayerVariable[];
  readonly lossFunctions: readonly ((target: Tensor, output: Tensor) => Tensor)[];
  standardizeUserDataXY(
    x: unknown,
    y: unknown,
    checkBatchAxis: boolean,
    batchSize: number,
  ): [Tensor[], Tensor[]];
}

export function internalsOf(model: LayersModel): ModelInternals {
  return model as unknown as ModelInternals;
}

/** The model that trains: a Sequential has one within it. */
export function trainedModel(model: LayersModel): LayersModel {
  const inner: unknown = Reflect.get(model, 'model');
  return inner instanceof tf.LayersModel ? inner : model;
}

/** The variable in which tfjs has a weight. */
export function variableOf(weight: LayerVariable): Variable {
  return weight.read() as Variable;
}

/** tfjs-core's own exports, through which its layers and the code of users call every op. */
export function coreExports(): Record<string, unknown> {
  const require = requireOf('tensorflow');
  return require('@tensorflow/tfjs-core') as Record<string, unknown>;
}

/** The layers of a model, and those of models and wrapped layers within it. */
export function allLayers(model: LayersModel): layers.Layer[] {
  const inner = (layer: layers.Layer): layers.Layer[] => {
    const wrapped: unknown[] = ['layer', 'cell', 'forwardLayer', 'backwardLayer'].map((key) =>
      Reflect.get(layer, key),
    );
    const within: unknown = Reflect.get(layer, 'layers');
    const all = [...wrapped, ...(Array.isArray(within) ? within : [])].filter(
      (each): each is layers.Layer => typeof each === 'object' && each !== null && 'call' in each,
    );
    return [layer, ...all.flatMap(inner)];
  };
  return [...new Set(model.layers.flatMap(inner))];
}

/** How messages name a layer: `dense_1 (Dense)`. */
export function layerInWords(layer: layers.Layer): string {
  return `${layer.name} (${layer.getClassName()})`;
}
