// A classifier with one output more: the embedding of each picture, which is what its last dense layer takes.
import { EMBEDDING, NoEmbedding } from '../embedding.ts';
import { featuresWithin, formsOf } from './find-features.ts';
import { flatFloats, int64Tensor, namedNode } from './make.ts';
import { producersOf } from './subgraph.ts';
import type { GraphProto, ModelProto, TensorProto } from './types.ts';
import { namesIn, uniqueNames } from './unique-names.ts';

export interface EmbeddingModel {
  readonly model: ModelProto;
  /** The name of the output: float32 `[N,F]`. */
  readonly output: string;
}

/**
 * Adds the output; the others stay. Of a model that answers by the mean of several views of each picture, the embedding is that of
 * the picture as it is, the first of them: the same as without views.
 *
 * @param input - the name of the picture.
 * @throws NoEmbedding for a network without a layer whose features could be taken.
 */
export function withEmbedding(model: ModelProto, input: string): EmbeddingModel {
  const { graph } = model;
  const [answer = ''] = graph.output.map(({ name }) => name);
  const views = viewsOf(graph, answer);
  const taken = embeddingIn(views === undefined ? graph : { ...graph, output: [{ name: views }] }, input);
  const unique = uniqueNames([...namesIn(graph), input]);
  const output = unique(EMBEDDING);
  const flat = views === undefined ? output : unique(`${EMBEDDING}/views`);
  const added = {
    node: flatFloats(taken, unique(`${EMBEDDING}/float`), flat),
    initializer: [] as TensorProto[],
  };
  if (views !== undefined) {
    const first = firstRows(flat, input, output, (base) => unique(`${EMBEDDING}/${base}`));
    added.node.push(...first.node);
    added.initializer.push(...first.initializer);
  }
  return {
    output,
    model: {
      ...model,
      graph: {
        ...graph,
        node: [...graph.node, ...added.node],
        initializer: [...graph.initializer, ...added.initializer],
        output: [...graph.output, { name: output }],
      },
    },
  };
}

/** The value `[views,N,labels]` that is summed to the answer; undefined for a model without test-time augmentation. */
function viewsOf(graph: GraphProto, answer: string): string | undefined {
  const producer = producersOf(graph).get(formsOf(graph, answer).at(-1) ?? '');
  return producer?.op_type === 'ReduceSum' ? producer.input[0] : undefined;
}

/** @throws NoEmbedding as `withEmbedding` does. */
function embeddingIn(graph: GraphProto, input: string): string {
  const taken = featuresWithin(graph, input);
  const isAnswer = graph.output.some(({ name }) => formsOf(graph, name).includes(taken ?? ''));
  if (taken !== undefined && !isAnswer) return taken;
  throw new NoEmbedding(
    'no layer before its answer has features; expected a dense layer (Gemm or MatMul) that takes some, or a pooling before a convolution',
  );
}

/** Of rows of all views, one view after another, those of the first: as many as there are pictures. */
function firstRows(
  rows: string,
  input: string,
  output: string,
  unique: (base: string) => string,
): Pick<GraphProto, 'node' | 'initializer'> {
  const [shape, count, zero, one] = [unique('shape'), unique('count'), unique('zero'), unique('one')];
  return {
    initializer: [int64Tensor(zero, [0]), int64Tensor(one, [1])],
    node: [
      namedNode('Shape', shape, [input]),
      namedNode('Slice', count, [shape, zero, one]),
      namedNode('Slice', output, [rows, zero, count, zero]),
    ],
  };
}
