// What happens inside of a model: the maps of its layers, and by how much the answer falls without each of them.
import type { Card } from '../../models/card.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { withoutNovelty } from '../../models/onnx/without-novelty.ts';
import type { Graph } from './graph.ts';
import { layerGraph, type OpenLayer } from './layer-graph.ts';
import { logOdds } from './log-odds.ts';
import { batchOf } from './runner.ts';
import { strongest } from './strongest.ts';
import type { Layer } from './types.ts';

/** Pictures in a run: between two runs the worker answers other requests. */
const batch = 16;

export interface Inside {
  readonly label: string;
  readonly layers: Layer[];
}

/** Looks inside while it answers one picture. */
export type LookInside = (input: Uint8Array, contributions: number, signal: AbortSignal) => Promise<Inside>;

/**
 * Opens the model a second time, with its layers as outputs, and without its detector of novelty: the first has said that.
 *
 * @param bytes - the model file.
 */
export async function openInside(
  bytes: Uint8Array,
  card: Card,
  open: (bytes: Uint8Array) => Promise<Graph>,
): Promise<LookInside> {
  const { model, layers } = layerGraph(withoutNovelty(decodeModel(bytes)), card.input.name);
  const graph = await open(encodeModel(model));
  const uncovered = Object.fromEntries(layers.map(({ cover }) => [cover, ONE]));
  const { shape, name } = card.input;

  return async (input, contributions, signal) => {
    const feeds = { ...uncovered, [name]: batchOf([input], shape) };
    const [answer, ...results] = await graph.run(feeds, [
      card.output.name,
      ...layers.map(({ maps }) => maps),
    ]);
    const probabilities = answer?.data ?? new Float32Array();
    const best = probabilities.indexOf(Math.max(...probabilities));
    const whole = logOdds(probabilities, best);

    /** By how much the log-odds fall when one map is all zeros; a run for some maps at once. */
    async function falls({ cover }: OpenLayer, maps: Float32Array, channels: number): Promise<Float32Array> {
      const found = new Float32Array(channels).fill(Number.NaN);
      const tried = strongest(maps, channels, contributions);
      for (let start = 0; start < tried.length; start += batch) {
        signal.throwIfAborted();
        const some = tried.slice(start, start + batch);
        const covers = new Float32Array(some.length * channels).fill(1);
        for (const [i, channel] of some.entries()) covers[i * channels + channel] = 0;
        const fed = {
          ...uncovered,
          [name]: batchOf(
            some.map(() => input),
            shape,
          ),
          [cover]: { data: covers, dims: [some.length, channels, 1, 1] },
        };
        const [answers] = await graph.run(fed, [card.output.name]);
        const labels = probabilities.length;
        for (const [i, channel] of some.entries())
          found[channel] = whole - logOdds(answers?.data.subarray(i * labels, (i + 1) * labels) ?? [], best);
      }
      return found;
    }

    const looked: Layer[] = [];
    for (const [i, layer] of layers.entries()) {
      const { data = new Float32Array(), dims = [] } = results[i] ?? {};
      const [, height = 0, width = 0, channels = 0] = dims;
      looked.push({
        name: layer.name,
        kind: layer.kind,
        value: layer.value,
        shape: [height, width, channels],
        maps: data,
        ...(contributions > 0 && { contributions: await falls(layer, data, channels) }),
      });
    }
    return { label: card.labels[best] ?? '', layers: looked };
  };
}

const ONE = { data: Float32Array.of(1), dims: [1, 1, 1, 1] };
