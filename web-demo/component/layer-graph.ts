// The graph of a model file with what happens inside: the maps of its layers as outputs, and an input that covers maps.
import { attribute } from '../../models/onnx/attribute.ts';
import { findLayers, type LayerPlace } from '../../models/onnx/find-layers.ts';
import { halfValues } from '../../models/onnx/float-types.ts';
import { floatValue, namedNode } from '../../models/onnx/make.ts';
import { dataType, type ModelProto, type NodeProto } from '../../models/onnx/types.ts';
import { namesIn, uniqueNames } from '../../models/onnx/unique-names.ts';

export interface OpenLayer extends LayerPlace {
  /** The output that has the maps: float32 `[N,H,W,C]`. */
  readonly maps: string;
  /** The input by which maps are multiplied before anything reads them: float32 `[1,1,1,1]` or `[N,C,1,1]`. */
  readonly cover: string;
}

export interface LayerGraph {
  readonly model: ModelProto;
  readonly layers: readonly OpenLayer[];
}

/** @param input - the name of the picture, as the card has it. */
export function layerGraph(model: ModelProto, input: string): LayerGraph {
  const { graph } = model;
  const unique = uniqueNames(namesIn(graph));
  const layers = findLayers(graph, input).map((place) => ({
    ...place,
    maps: unique(`${place.name}/maps`),
    cover: unique(`${place.name}/cover`),
  }));
  const half = halfValues(graph);
  const covered = new Map(layers.map(({ value, name }) => [value, unique(`${name}/covered`)]));
  const added = new Map(
    layers.map((layer) => {
      const { value, cover, maps } = layer;
      const product = covered.get(value) ?? '';
      const floats = unique(`${maps}/float`);
      const factor = half.has(value) ? unique(`${cover}/half`) : cover;
      const nodes = [
        ...(half.has(value) ? [cast(factor, cover, dataType.FLOAT16)] : []),
        namedNode('Mul', product, [value, factor]),
        cast(floats, value, dataType.FLOAT),
        namedNode('Transpose', maps, [floats], [attribute.ints('perm', [0, 2, 3, 1])]),
      ];
      return [value, nodes] as const;
    }),
  );
  const node = graph.node.flatMap((each) => [
    { ...each, input: each.input.map((name) => covered.get(name) ?? name) },
    ...each.output.flatMap((name) => added.get(name) ?? []),
  ]);
  return {
    layers,
    model: {
      ...model,
      graph: {
        ...graph,
        node,
        input: [...graph.input, ...layers.map(({ cover }) => floatInput(cover))],
        output: [...graph.output, ...layers.map(({ maps }) => ({ name: maps }))],
      },
    },
  };
}

function cast(name: string, input: string, to: number): NodeProto {
  return namedNode('Cast', name, [input], [attribute.int('to', to)]);
}

/** Four sides of any size. */
const floatInput = (name: string) => floatValue(name, [{}, {}, {}, {}]);
