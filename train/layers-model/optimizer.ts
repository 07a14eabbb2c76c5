// The optimizers that a LayersModel is compiled with, as rules of the compiled step, and their state on its way there and back.
import type { LayerVariable, Optimizer as TfjsOptimizer } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import type { State } from '../graph/state.ts';
import { tf } from '../graph/tensorflow.ts';
import { adam } from '../optimizers/adam.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { sgd } from '../optimizers/sgd.ts';
import { adadelta, adagrad, rmsprop } from './rules.ts';

/** A rule, and what goes with it. */
export interface ModelRule {
  readonly rule: Optimizer;
  /** Its slots, in the order in which tfjs's `getWeights` has them. */
  readonly slots: readonly string[];
  /** What a slot is before the first step. */
  readonly initial: number;
  /** Momentum of SGD, beta 1 of Adam. */
  readonly momentum: number;
}

type Config = Readonly<Record<string, unknown>>;

const ZERO = { initial: 0, momentum: 0 };

/** By the names of tfjs's classes. */
const rules: Readonly<Record<string, (config: Config) => ModelRule>> = {
  SGD: () => ({ ...ZERO, rule: sgd({ momentum: 'none', weightDecay: 0 }), slots: [] }),
  Momentum: ({ momentum, useNesterov }) => ({
    ...ZERO,
    rule: sgd({ momentum: useNesterov ? 'nesterov' : 'plain', weightDecay: 0 }),
    slots: ['velocity'],
    momentum: Number(momentum),
  }),
  Adam: ({ beta1, beta2, epsilon }) => ({
    ...ZERO,
    rule: adam({ beta2: Number(beta2), epsilon: Number(epsilon), weightDecay: 0, decoupled: false }),
    slots: ['mean', 'variance'],
    momentum: Number(beta1),
  }),
  RMSProp: ({ decay, momentum, epsilon, centered }) => ({
    ...ZERO,
    rule: rmsprop({
      decay: Number(decay),
      momentum: Number(momentum),
      epsilon: Number(epsilon),
      centered: centered === true,
    }),
    slots: ['square', 'moment', ...(centered === true ? ['mean'] : [])],
  }),
  Adagrad: ({ initialAccumulatorValue }) => ({
    ...ZERO,
    rule: adagrad({ epsilon: tf.backend().epsilon() }),
    slots: ['sum'],
    initial: Number(initialAccumulatorValue),
  }),
  Adadelta: ({ rho, epsilon }) => ({
    ...ZERO,
    rule: adadelta({ rho: Number(rho), epsilon: Number(epsilon) }),
    slots: ['square', 'change'],
  }),
};

/**
 * The rule of an optimizer of tfjs.
 * @throws UserError for one that has none here, such as Adamax or a class of one's own.
 */
export function ruleOf(optimizer: TfjsOptimizer): ModelRule {
  const name = optimizer.getClassName();
  const make = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (make === undefined)
    throw new UserError(
      `The model is compiled with optimizer ${name}; fit has ${Object.keys(rules).join(', ')}. Compile it with one of them, or train it by tfjs itself: model.fit(x, y, ...).`,
    );
  return make(optimizer.getConfig());
}

/** The learning rate that it has now: callbacks may change it at any step. */
export function learningRateOf(optimizer: TfjsOptimizer): number {
  return Number(Reflect.get(optimizer, 'learningRate'));
}

/** How many steps it has taken. */
export function iterationsOf(optimizer: TfjsOptimizer): number {
  return Number(Reflect.get(optimizer, 'iterations'));
}

/** Counts a step, as its own `applyGradients` does. */
export function countStep(optimizer: TfjsOptimizer): void {
  Reflect.set(optimizer, 'iterations_', iterationsOf(optimizer) + 1);
}

/** Lets an optimizer go on at a step, with the learning rate that it had there. */
export function setProgress(
  optimizer: TfjsOptimizer,
  { iterations, learningRate }: { readonly iterations: number; readonly learningRate: number },
): void {
  Reflect.set(optimizer, 'iterations_', iterations);
  // SGD and its kin keep a tensor of it as well.
  if ('setLearningRate' in optimizer && typeof optimizer.setLearningRate === 'function')
    optimizer.setLearningRate(learningRate);
  else Reflect.set(optimizer, 'learningRate', learningRate);
}

/** Name of a weight's slot in the compiled step and in checkpoints. */
export function slotName(slot: string, weight: { readonly name: string }): string {
  return `optimizer/${slot}/${weight.name}`;
}

/**
 * What an optimizer remembers of `weights`: of its steps in `model.fit`, if it took some.
 * @throws UserError when it is of other weights.
 */
export async function readOptimizer(
  optimizer: TfjsOptimizer,
  { slots, initial }: ModelRule,
  weights: readonly LayerVariable[],
): Promise<Map<string, Float32Array>> {
  const [counted, ...kept] = await optimizer.getWeights();
  counted?.tensor.dispose();
  if (kept.length !== 0 && kept.length !== slots.length * weights.length)
    throw new UserError(
      `The optimizer has ${kept.length} values of earlier steps, for ${kept.length / slots.length} weights; the model has ${weights.length} that are trained. Compile the model again after layers were frozen or thawed.`,
    );
  return new Map(
    slots.flatMap((slot, i) =>
      weights.map((weight, k) => {
        const tensor = kept[i * weights.length + k]?.tensor;
        const values = tensor?.dataSync() ?? new Float32Array(sizeOf(weight.shape.map(Number))).fill(initial);
        return [slotName(slot, weight), Float32Array.from(values)] as const;
      }),
    ),
  );
}

/** Gives an optimizer what the compiled step has of its slots, so that `model.fit` and another `fit` go on from there. */
export async function writeOptimizer(
  optimizer: TfjsOptimizer,
  { slots }: ModelRule,
  weights: readonly LayerVariable[],
  state: State,
): Promise<void> {
  const [counted, ...before] = await optimizer.getWeights();
  if (counted === undefined) throw new Error('the optimizer counts no steps');
  const values = slots.flatMap((slot) =>
    weights.map((weight) => ({
      name: `${weight.name}/${slot}`,
      tensor: tf.tensor(state.get(slotName(slot, weight)) ?? [], weight.shape.map(Number), 'float32'),
    })),
  );
  await optimizer.setWeights([counted, ...values]);
  tf.dispose([counted, ...before, ...values].map(({ tensor }) => tensor));
}
