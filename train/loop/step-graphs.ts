// The graphs of a training step: recorded from its functions, improved, and called programs by their names.
import { mixes } from '../augment/index.ts';
import { toBfloat16 } from '../graph/bfloat16.ts';
import { filterGradientsAsProducts } from '../graph/filter-gradient.ts';
import { normsFolded } from '../graph/folded-norms.ts';
import { depthwiseGradientsFused } from '../graph/fused-depthwise.ts';
import { geluFused } from '../graph/fused-gelu.ts';
import { relu6GradientsFused } from '../graph/fused-relu6.ts';
import type { Graph } from '../graph/graph.ts';
import { blankImages, traceImages } from '../graph/images.ts';
import { hasOwnOps } from '../graph/own-ops.ts';
import { reluGradientsPooled } from '../graph/pool-gradient.ts';
import { type MakeInputs, type Traceable, traceFixed } from '../graph/retrace.ts';
import { tf } from '../graph/tensorflow.ts';
import { type Architecture, countOutputs, netOf, type Parameters } from '../layers/net.ts';
import { isTrained } from '../optimizers/groups.ts';
import type { Updater } from '../optimizers/updater.ts';
import type { Recipe } from '../recipes/index.ts';
import { outputsOf } from '../tasks/outputs.ts';
import { taskOf } from '../tasks/task.ts';
import { seenAt, sizeAt, stepPhases } from './phases.ts';
import {
  applyFunction,
  blendFunction,
  gradientFunction,
  required,
  sumFunction,
  trainFunction,
} from './step-functions.ts';
import { averageOf, type StepVariables, sumOf } from './step-variables.ts';

/** The network that is trained, and how. */
export interface StepNetwork {
  readonly recipe: Recipe;
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  /** `[H,W,C]` of one image. */
  readonly shape: readonly number[];
  readonly updater: Updater;
  readonly variables: StepVariables;
}

/** Images that the network computes at a time: the batch, or a part of it. */
export const partSize = ({ batchSize, accumulate }: Recipe): number => batchSize / accumulate;

/**
 * The programs of a step: `train/<phase>` and, for batches in parts, `apply/<phase>`; `average` and `lookahead`, where
 * the recipe has them; `predict`, and `averaged` over the views of test-time augmentation.
 */
export function stepGraphs(network: StepNetwork): Record<string, Graph> {
  const { recipe, variables } = network;
  const { own, averages, slow } = variables;
  return {
    ...Object.fromEntries(stepPhases(recipe).flatMap((start) => phaseGraphs(network, start))),
    ...(recipe.average && { average: traceStep(network, blendFunction(own, averages), decayInput) }),
    ...(recipe.lookahead && { lookahead: traceStep(network, blendFunction(own, slow, true), decayInput) }),
    predict: predictionGraph(network, 'none'),
    ...(recipe.tta !== 'none' && { averaged: predictionGraph(network, recipe.tta) }),
  };
}

/** The graphs that train from the moment on at which a share `start` of the training is done. */
function phaseGraphs(network: StepNetwork, start: number): [name: string, graph: Graph][] {
  const { recipe, architecture, parameters, shape, updater, variables } = network;
  const names = [...parameters.weights.keys()].filter((name) => isTrained(name, recipe.groups, start));
  const seen = seenAt(architecture, sizeAt(recipe, start));
  const gradients = gradientFunction(recipe, seen, parameters, names);
  const inputs = trainInputs(recipe, shape, () => countOutputs(architecture, parameters, shape));
  const trained = (fn: Traceable) => improved(traceStep(network, fn, inputs), recipe.precision);
  if (recipe.accumulate === 1) return [[`train/${start}`, trained(trainFunction(gradients, updater))]];
  const sums = new Map(
    names.map((name) => [sumOf(name), required(variables.sums.get(sumOf(name)), sumOf(name))]),
  );
  return [
    [`train/${start}`, trained(sumFunction(gradients, sums, recipe.accumulate))],
    [`apply/${start}`, traceStep(network, applyFunction(updater, sums), scalarInputs)],
  ];
}

function traceStep({ recipe, variables }: StepNetwork, fn: Traceable, inputs: MakeInputs): Graph {
  return traceFixed(fn, inputs, partSize(recipe), variables.all);
}

/** A graph that trains, by faster ops and, where the recipe says so, in bfloat16. */
export function improved(traced: Graph, precision: Recipe['precision']): Graph {
  const pooled = reluGradientsPooled(normsFolded(traced));
  const graph = hasOwnOps() ? depthwiseGradientsFused(relu6GradientsFused(geluFused(pooled))) : pooled;
  return precision === 'bfloat16' ? filterGradientsAsProducts(toBfloat16(graph)) : graph;
}

/** Whether a batch says two labels of each picture, and the share of the first; targets are mixed before. */
export function mixesLabels(recipe: Recipe): boolean {
  return taskOf(recipe) === 'single' && mixes(recipe.augment);
}

/** The forward pass, by the averaged weights where the recipe averages. */
function predictionGraph(
  { recipe, architecture, parameters, shape, variables: { own } }: StepNetwork,
  tta: Recipe['tta'],
): Graph {
  const net = netOf(parameters, { training: false });
  const evaluated = recipe.average
    ? new Map([...own].map(([name, variable]) => [averageOf(name), variable]))
    : own;
  const traced = traceImages(
    (images) => outputsOf(taskOf(recipe), net, architecture, recipe.standardize, images, tta),
    shape,
    evaluated,
  );
  return normsFolded(traced);
}

const scalar = (name: string) => ({ name, tensor: tf.scalar(0.5) });
const scalarInputs: MakeInputs = () => ['learningRate', 'momentum', 'step'].map(scalar);
const decayInput: MakeInputs = () => [scalar('decay')];

/** Inputs `[N,K]` of a step: the targets of its task, and what a teacher answers. */
export function targetInputs({ task, distill }: Pick<Recipe, 'task' | 'distill'>): ('targets' | 'teacher')[] {
  return [...(task === undefined ? [] : ['targets' as const]), ...(distill ? ['teacher' as const] : [])];
}

/** @param count - how many outputs the network has. */
function trainInputs(recipe: Recipe, shape: readonly number[], count: () => number): MakeInputs {
  const names = targetInputs(recipe);
  const width = names.length === 0 ? 0 : count();
  return (n) => [
    blankImages(n, shape),
    ...(taskOf(recipe) === 'single' ? [{ name: 'labels', tensor: tf.zeros([n], 'int32') }] : []),
    ...names.map((name) => ({ name, tensor: tf.zeros([n, width]) })),
    ...(mixesLabels(recipe)
      ? [
          { name: 'others', tensor: tf.zeros([n], 'int32') },
          { name: 'shares', tensor: tf.ones([n]) },
        ]
      : []),
    ...scalarInputs(n),
    { name: 'seed', tensor: tf.tensor1d([1, 2], 'int32') },
  ];
}
