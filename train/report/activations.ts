// Histograms of every layer's values before its activation, read off inside the compiled forward pass.
import type { Graph, Node } from '../graph/graph.ts';
import { nodesByName, parseReference } from '../graph/graph.ts';

/** Where a layer's values before its activation are in a graph; the last one is the logits. */
export interface Tap {
  /** Of the layer, as its weights are called. */
  layer: string;
  reference: string;
  /** The activation's op: GELU is known by its error function. */
  activation: string | undefined;
}

const ACTIVATIONS: ReadonlySet<string> = new Set(['Relu', 'Relu6', 'Elu', 'Selu', 'Sigmoid', 'Tanh', 'Erf']);

/** The input of every activation in `graph`, in order, then its first output. */
export function findTaps(graph: Graph): Tap[] {
  const nodes = nodesByName(graph);
  const find = (reference: string | undefined) => nodes.get(parseReference(reference ?? '').name);
  const taps = graph.nodes
    .filter(({ op }) => ACTIVATIONS.has(op))
    .map((node): Tap => {
      const [input = ''] = node.inputs;
      // The error function is taken of x / sqrt(2).
      const reference = node.op === 'Erf' ? (find(input)?.inputs[0] ?? input) : input;
      return { layer: layerOf(reference, find), reference, activation: node.op };
    });
  const [logits = ''] = graph.outputs;
  return [...taps, { layer: layerOf(logits, find), reference: logits, activation: undefined }];
}

/** The name of the nearest layer with weights that a value comes from. */
function layerOf(reference: string, find: (reference: string) => Node | undefined): string {
  let level = [reference];
  while (level.length > 0) {
    const nodes = level.map(find).filter((node) => node !== undefined);
    const label = nodes.find(({ op }) => op === 'Variable')?.label;
    if (label !== undefined) return label.split('/').slice(0, -1).join('/') || label;
    level = nodes.flatMap(({ inputs }) => inputs);
  }
  return 'input';
}

/** A layer's values over some pictures. */
export interface Histogram {
  layer: string;
  activation: string | undefined;
  mean: number;
  deviation: number;
  low: number;
  high: number;
  /** Share of the values in each of the equal bins from `low` to `high`. */
  bins: readonly number[];
  /** Share of the units (channels of a convolution) that were at or below zero for every picture and place. */
  dead: number;
}

const BINS = 64;

/** @param shape - `[N,...,C]`; the last axis counts the units. */
export function histogramOf(tap: Tap, values: Float32Array, shape: readonly number[]): Histogram {
  const units = shape.at(-1) ?? 1;
  const alive = new Uint8Array(units);
  let [low, high, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value > 0) alive[i % units] = 1;
    sum += value;
    squares += value * value;
  }
  const bins = new Array<number>(BINS).fill(0);
  const scale = high > low ? BINS / (high - low) : 0;
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value - low) * scale));
    bins[bin] = (bins[bin] ?? 0) + 1 / values.length;
  }
  const mean = sum / values.length;
  const dead = alive.reduce((count, one) => count + 1 - one, 0) / units;
  const deviation = Math.sqrt(Math.max(0, squares / values.length - mean * mean));
  return { layer: tap.layer, activation: tap.activation, mean, deviation, low, high, bins, dead };
}
