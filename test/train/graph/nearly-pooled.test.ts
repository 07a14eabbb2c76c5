// What the pass over the gradients of ReLU and max pooling writes, and what is nearly that and stays.
import { expect, it } from 'vitest';
import type { Node } from '../../../train/graph/graph.ts';
import { reluGradientsPooled } from '../../../train/graph/pool-gradient.ts';
import { given, graphOf, made, replaced } from './by-hand.ts';

const [LARGE, SMALL] = [
  [1, 4, 4, 1],
  [1, 2, 2, 1],
];
const windows = { ksize: { ints: [1, 2, 2, 1] } };
const ofRelu = { T: { type: 1 } };

const gradient: Node[] = [
  given('Input', 'x', LARGE),
  given('Input', 'y', LARGE),
  given('Input', 'dy', SMALL),
  made('pooled', 'MaxPool', ['x:0'], SMALL),
  { ...made('spread', 'MaxPoolGrad', ['x:0', 'pooled:0', 'dy:0'], LARGE), attributes: windows },
  { ...made('dx', 'ReluGrad', ['spread:0', 'x:0'], LARGE), attributes: ofRelu },
];

it('ReLU’s gradient is taken first, of the pooled values; each keeps its attributes', () => {
  const graph = graphOf(gradient, ['dx:0'], { x: 'dx:0' });
  expect(reluGradientsPooled(graph)).toEqual({
    ...graph,
    nodes: [
      ...gradient.slice(0, 4),
      { ...made('dx/pooled', 'ReluGrad', ['dy:0', 'pooled:0'], SMALL), attributes: ofRelu },
      { ...made('dx', 'MaxPoolGrad', ['x:0', 'pooled:0', 'dx/pooled:0'], LARGE), attributes: windows },
    ],
  });
});

it.each<[string, Node]>([
  ['of ReLU6', made('dx', 'Relu6Grad', ['spread:0', 'x:0'], LARGE)],
  ['of another value than is pooled', made('dx', 'ReluGrad', ['spread:0', 'y:0'], LARGE)],
  ['of an average', made('spread', 'AvgPoolGrad', ['x:0', 'pooled:0', 'dy:0'], LARGE)],
  ['of a pooling of something else', made('spread', 'MaxPoolGrad', ['y:0', 'pooled:0', 'dy:0'], LARGE)],
  ['that is not alone in reading the pooling’s', made('other', 'Neg', ['spread:0'], LARGE)],
])('the gradient %s stays', (_, other) => {
  const graph = graphOf(replaced(gradient, [other]), ['dx:0']);
  expect(reluGradientsPooled(graph)).toEqual(graph);
});

it('the gradient of a pooling that is a result stays', () => {
  const graph = graphOf(gradient, ['dx:0', 'spread:0']);
  expect(reluGradientsPooled(graph)).toEqual(graph);
});
