// The compiled step of a LayersModel: tfjs's own functions of a batch, traced for each shape of batch, in one session.
import type { LayersModel, LayerVariable, Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { type Compiled, compile } from '../graph/compile.ts';
import type { Graph } from '../graph/graph.ts';
import { type State, writeKnown } from '../graph/state.ts';
import { dataTypeOf, tf } from '../graph/tensorflow.ts';
import { seedPair } from '../random.ts';
import { type BatchFunction, internalsOf, variableOf } from './internals.ts';
import { mirror } from './mirror.ts';
import { countStep, iterationsOf, learningRateOf, type ModelRule } from './optimizer.ts';
import { dataName, testGraph, trainGraph } from './step-graph.ts';
import { WAY_OUT } from './traced-layers.ts';

export interface ModelStepOptions {
  readonly rule: ModelRule;
  /** The optimizer's slots at the beginning. */
  readonly slots: State;
  /** Of what layers draw. */
  readonly seed: number;
  readonly precision: 'float32' | 'bfloat16';
}

export interface ModelStep {
  /** Takes a step: what tfjs's train function takes and returns. */
  readonly train: BatchFunction;
  /** Loss and metrics of a batch, as tfjs's test function gives them. */
  readonly test: BatchFunction;
  /** Weights and the optimizer's slots by name, as they are now; without a step only the slots. */
  state(): State;
  /** Brings the model up to date, and ends the session. */
  dispose(): void;
}

/** Shapes of batches that are compiled: each takes a second or more, and memory. */
const MOST_SHAPES = 8;

/** Compiles `model`, which is compiled in tfjs's sense, and trains its weights from the values that they have. */
export function createModelStep(model: LayersModel, options: ModelStepOptions): ModelStep {
  const { optimizer } = model;
  const internals = internalsOf(model);
  const trainFunction = internals.makeTrainFunction();
  internals.makeTestFunction();
  const { testFunction } = internals;
  const weights = [...new Set(model.weights)];
  const variables = new Map(weights.map((weight) => [weight.name, variableOf(weight)]));
  const graphs = new Map<string, Graph>();
  let compiled: Compiled<string> | undefined;
  const mirrored = mirror(weights, { pull: () => pull(weights, compiled?.tensors()) });

  /** A session that has the graph called `key`. */
  const sessionWith = (key: string, make: () => Graph): Compiled<string> => {
    if (compiled !== undefined && graphs.has(key)) return compiled;
    refuseMany(graphs);
    graphs.set(key, mirrored.without(make));
    const state: State = compiled?.read() ?? options.slots;
    compiled?.dispose();
    const session = compile<string>(Object.fromEntries(graphs));
    if (compiled === undefined) session.assign(variables);
    writeKnown(session, state);
    compiled = session;
    return session;
  };
  const network = { model, variables };
  const run = (
    kind: 'train' | 'test',
    data: readonly Tensor[],
    scalars: Readonly<Record<string, Tensor>>,
  ): Tensor[] => {
    const key = [kind, ...data.map(specOf)].join('/');
    const session = sessionWith(key, () =>
      kind === 'train'
        ? trainGraph(network, data, trainFunction, options)
        : testGraph(network, data, testFunction),
    );
    if (mirrored.isModelAhead()) session.assign(variables);
    mirrored.pushed();
    const named = Object.fromEntries(data.map((tensor, i) => [dataName(i), tensor]));
    try {
      return session.run(key, { ...named, ...scalars });
    } finally {
      tf.dispose(Object.values(scalars));
    }
  };
  return {
    train(data) {
      const done = iterationsOf(optimizer);
      const scalars = {
        learningRate: tf.scalar(learningRateOf(optimizer)),
        momentum: tf.scalar(options.rule.momentum),
        step: tf.scalar(done + 1),
        seed: tf.tensor1d(seedPair(options.seed, 'step', done), 'int32'),
      };
      const outputs = run('train', data, scalars);
      mirrored.stepDone();
      countStep(optimizer);
      return outputs;
    },
    test: (data) => run('test', data, {}),
    state: () => compiled?.read() ?? options.slots,
    dispose() {
      mirrored.end();
      compiled?.dispose();
    },
  };
}

/** What two batches for one graph have in common, as TensorFlow takes it in names: `1_32x28x28x1`. */
function specOf(tensor: Tensor): string {
  return `${dataTypeOf(tensor)}_${tensor.shape.join('x')}`;
}

/** @throws UserError when a batch has a shape of its own once more. */
function refuseMany(graphs: ReadonlyMap<string, Graph>): void {
  if (graphs.size < MOST_SHAPES) return;
  throw new UserError(
    `The batches have more than ${MOST_SHAPES} shapes (${[...graphs.keys()].slice(0, 3).join(', ')}, ...), and each is compiled by itself. Pad them to one shape. ${WAY_OUT}`,
  );
}

/** Puts the values of the session into the model's variables. */
function pull(weights: readonly LayerVariable[], tensors: ReadonlyMap<string, Tensor> = new Map()): void {
  for (const weight of weights) {
    const tensor = tensors.get(weight.name);
    if (tensor !== undefined) variableOf(weight).assign(tensor as Tensor<never>);
  }
  tf.dispose([...tensors.values()]);
}
