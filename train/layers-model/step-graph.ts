// The graphs of a LayersModel's step and validation: tfjs's own functions of a batch, recorded while they run.
import type { LayersModel, Scalar, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { FrozenDraw } from '../graph/draws.ts';
import type { Graph } from '../graph/graph.ts';
import { withoutReading } from '../graph/reading-kernels.ts';
import { type Traceable, traceFixed } from '../graph/retrace.ts';
import { DataType, dataTypeOf, tf, uint8Tensor } from '../graph/tensorflow.ts';
import type { TraceInput } from '../graph/trace.ts';
import { required } from '../loop/step-functions.ts';
import { improved } from '../loop/step-graphs.ts';
import { type StepScalars, slot } from '../optimizers/optimizer.ts';
import { type BatchFunction, internalsOf } from './internals.ts';
import { type ModelRule, slotName } from './optimizer.ts';
import { withReplacedOps } from './replaced-ops.ts';
import { notCompiled, withTracedLayers } from './traced-layers.ts';

/** A model and the variables in which it has its weights, by their names. */
export interface ModelNetwork {
  readonly model: LayersModel;
  readonly variables: ReadonlyMap<string, Variable>;
}

export interface TrainGraphOptions {
  readonly rule: ModelRule;
  readonly precision: 'float32' | 'bfloat16';
}

/** The input of a graph that is the `i`th tensor of a batch. */
export const dataName = (i: number) => `data/${i}`;

/**
 * The graph that trains on a batch like `data`, and returns what `trainFunction` does. Its inputs are the batch,
 * `learningRate`, `momentum`, `step` (float32 scalars, the last counts from 1) and `seed`, int32 `[2]`.
 * @throws UserError for what cannot be compiled; it names the layer.
 */
export function trainGraph(
  { model, variables }: ModelNetwork,
  data: readonly Tensor[],
  trainFunction: BatchFunction,
  { rule, precision }: TrainGraphOptions,
): Graph {
  const kept: Tensor[] = [];
  const slots = slotVariables(model, rule);
  const step: Traceable = (inputs) => {
    const outputs = withReplacedOps(required(inputs.seed, 'seed'), () =>
      withRule(model, rule, slots, inputs, () => trainFunction(batchOf(inputs, data))),
    );
    // tfjs keeps the metrics beyond its own tidy.
    kept.push(...outputs.slice(1));
    return outputs;
  };
  const inputs = () => [...batchInputs(data), ...scalarInputs()];
  try {
    return improved(
      record('training step', model, step, inputs, new Map([...variables, ...slots])),
      precision,
    );
  } finally {
    tf.dispose([...kept, ...slots.values()]);
  }
}

/** The graph that evaluates a batch like `data`. @throws UserError for what cannot be compiled. */
export function testGraph(
  { model, variables }: ModelNetwork,
  data: readonly Tensor[],
  testFunction: BatchFunction,
): Graph {
  const evaluate: Traceable = (inputs) => testFunction(batchOf(inputs, data));
  return record('validation', model, evaluate, () => batchInputs(data), variables);
}

function record(
  what: string,
  model: LayersModel,
  fn: Traceable,
  inputs: () => TraceInput[],
  variables: ReadonlyMap<string, Variable>,
): Graph {
  const traced: Traceable = (named) => withTracedLayers(model, () => fn(named));
  try {
    return withoutReading(() => traceFixed(traced, inputs, 1, variables));
  } catch (error) {
    if (error instanceof UserError && !(error instanceof FrozenDraw)) throw error;
    throw notCompiled(`The ${what} of ${model.name} cannot be compiled`, error);
  }
}

/** Runs `body` while the model's optimizer is our rule. */
function withRule<T>(
  model: LayersModel,
  { rule, slots: names }: ModelRule,
  slots: ReadonlyMap<string, Variable>,
  inputs: Readonly<Record<string, Tensor>>,
  body: () => T,
): T {
  const scalars: StepScalars = {
    learningRate: required(inputs.learningRate, 'learning rate'),
    momentum: required(inputs.momentum, 'momentum'),
    step: required(inputs.step, 'step'),
  };
  const minimize = (loss: () => Scalar, _returnsCost = true, weights: Variable[] = []): Scalar => {
    const { value, grads } = tf.variableGrads(loss, weights);
    for (const weight of weights) {
      const gradient = grads[weight.name];
      if (gradient === undefined) continue;
      const kept = new Map(names.map((name) => [name, required(slots.get(slotName(name, weight)), name)]));
      const update = rule.update(weight, gradient, Object.fromEntries(kept), scalars);
      weight.assign(update.weight as Tensor<never>);
      for (const [name, variable] of kept) variable.assign(slot(update.slots, name) as Tensor<never>);
    }
    return value;
  };
  const internals = internalsOf(model);
  const own = internals.optimizer_;
  internals.optimizer_ = { minimize };
  try {
    return body();
  } finally {
    internals.optimizer_ = own;
  }
}

function slotVariables(model: LayersModel, { slots }: ModelRule): Map<string, Variable> {
  return new Map(
    internalsOf(model).collectedTrainableWeights.flatMap((weight) =>
      slots.map((name) => {
        const zeros = tf.tidy(() => tf.variable(tf.zeros(weight.shape.map(Number)), false));
        return [slotName(name, weight), zeros] as const;
      }),
    ),
  );
}

function batchOf(inputs: Readonly<Record<string, Tensor>>, data: readonly Tensor[]): Tensor[] {
  return data.map((_, i) => required(inputs[dataName(i)], dataName(i)));
}

function batchInputs(data: readonly Tensor[]): TraceInput[] {
  return data.map((tensor, i) => ({ name: dataName(i), tensor: blank(tensor) }));
}

/** Zeros of the type that the tensor has in TensorFlow. */
function blank(tensor: Tensor): Tensor {
  const { shape, dtype } = tensor;
  const isBytes = dataTypeOf(tensor) === DataType.uint8;
  return isBytes ? uint8Tensor(new Uint8Array(sizeOf(shape)), shape) : tf.zeros(shape, dtype);
}

function scalarInputs(): TraceInput[] {
  const scalars = ['learningRate', 'momentum', 'step'].map((name) => ({ name, tensor: tf.scalar(0.5) }));
  return [...scalars, { name: 'seed', tensor: tf.tensor1d([1, 2], 'int32') }];
}
