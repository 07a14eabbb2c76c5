// What is refused before and during the training of a LayersModel, in words for whoever wrote it.
import type { LayersModel, Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { DataError, DivergedError } from '../errors.ts';
import { requireTensorflow, tf } from '../graph/tensorflow.ts';
import { checkModelNotDisposed, checkNotDisposed } from './disposed.ts';
import { allLayers, internalsOf, layerInWords, trainedModel } from './internals.ts';
import { WAY_OUT } from './traced-layers.ts';

/**
 * The model that trains.
 * @throws UserError for what is no LayersModel of this copy of tfjs, is not compiled, or cannot be trained by steps.
 */
export function checkedModel(given: unknown): LayersModel {
  requireTensorflow();
  if (!(given instanceof tf.LayersModel)) throw new UserError(notOurs(given));
  const model = trainedModel(given);
  if (model.optimizer === undefined || internalsOf(model).lossFunctions === undefined)
    throw new UserError(
      `${model.name} is not compiled: call model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] }) before fit.`,
    );
  checkModelNotDisposed(model);
  if (internalsOf(model).isTraining)
    throw new UserError(
      `${model.name} is being trained already: wait for that fit, or give each its own model.`,
    );
  // The border with tfjs: its types leave out what every recurrent layer has.
  const stateful = allLayers(model).find((layer) => Reflect.get(layer, 'stateful') === true);
  if (stateful !== undefined)
    throw new UserError(
      `Layer ${layerInWords(stateful)} is stateful: it goes on from the state of the batch before, which the compiled step does not keep. ${WAY_OUT}`,
    );
  return model;
}

function notOurs(model: unknown): string {
  const isForeign = typeof model === 'object' && model !== null && 'fitDataset' in model;
  return isForeign
    ? "The model is of another copy of TensorFlow.js than Trainyard's, whose layers the compiled step cannot take over. Make it, and its data, with `import { tf } from 'trainyard/train'` instead of `import * as tf from '@tensorflow/tfjs-node'`: the functions are the same."
    : `fit takes a tf.LayersModel, as tf.sequential and tf.model make it; received ${model === null ? 'null' : typeof model}.`;
}

/**
 * Looks at a batch: whether it is there, and at its labels where the loss takes class numbers: tfjs itself trains on a label that is no class as on
 * a picture of nothing.
 * @throws DataError for tensors that were disposed, and a label that is none of the classes.
 */
export function checkBatch(model: LayersModel, data: readonly Tensor[]): void {
  const names = [...model.inputNames, ...model.outputNames];
  data.forEach((tensor, i) => {
    checkNotDisposed(names[i] ?? 'A batch', tensor);
  });
  model.outputs.forEach((output, i) => {
    if (lossName(model, i) !== 'sparseCategoricalCrossentropy') return;
    const classes = output.shape.at(-1) ?? 0;
    const labels = data[model.inputs.length + i]?.dataSync() ?? [];
    const wrong = labels.find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
    if (wrong !== undefined)
      throw new DataError(
        `The labels of ${model.outputNames[i]} have ${wrong}; the layer has ${classes} classes: labels are whole numbers from 0 to ${classes - 1}.`,
      );
  });
}

function lossName({ loss, outputNames }: LayersModel, i: number): unknown {
  if (Array.isArray(loss)) return loss[i];
  return typeof loss === 'object' ? Reflect.get(loss, outputNames[i] ?? '') : loss;
}

/** @throws DivergedError when the loss of a batch is not a number, with what may be the reason. */
export function checkLoss(model: LayersModel, loss: number, step: number, data: readonly Tensor[]): void {
  if (Number.isFinite(loss)) return;
  const names = [...model.inputNames, ...model.outputNames];
  const broken = data.findIndex(
    (tensor) => tensor.dtype === 'float32' && tensor.dataSync().some((value) => !Number.isFinite(value)),
  );
  const reason =
    broken === -1
      ? 'Its data are numbers: compile the model with a lower learning rate, or look at its loss and the scale of its inputs.'
      : `${names[broken] ?? 'Its data'} has values in this batch that are no numbers (NaN or infinite).`;
  throw new DivergedError(step, `The loss of ${model.name} became ${loss} at step ${step}. ${reason}`);
}
