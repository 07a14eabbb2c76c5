// One reshape or transposition in place of several: the answers of onnxruntime, and what may not be merged.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeDead } from '../../../export/passes/dead.ts';
import { removeIdentities } from '../../../export/passes/identities.ts';
import { mergeReshapes, mergeTransposes } from '../../../export/passes/merge-reshapes.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { int64Tensor } from '../../../models/onnx/make.ts';
import type { GraphProto } from '../../../models/onnx/schema.ts';
import { apart, graphOf, linesOf, node, operatorsOf } from './onnx-graph.ts';

/** Reshapes one after another, of 24 numbers. */
function reshapes(...shapes: number[][]): GraphProto {
  return graphOf({
    inputs: { x: [2, 3, 4] },
    nodes: shapes.map((_, i) => node(`v${i + 1} = Reshape ${i === 0 ? 'x' : `v${i}`} s${i + 1}`)),
    constants: shapes.map((shape, i) => int64Tensor(`s${i + 1}`, shape)),
  });
}

describe('reshapes', () => {
  it.each<[string, number[][], string[]]>([
    ['two', [[24], [4, 6]], ['v2 = Reshape x s2']],
    ['three', [[24], [-1, 8], [3, 8]], ['v3 = Reshape x s3']],
    [
      'those that both copy',
      [
        [0, 12],
        [0, 6, 2],
      ],
      ['v2 = Reshape x s2'],
    ],
    ['what copies a number that is written', [[24], [0, 1]], ['v1 = Reshape x s1', 'v2 = Reshape v1 s2']],
    [
      'what copies at another place',
      [
        [0, 12],
        [2, 0],
      ],
      ['v1 = Reshape x s1', 'v2 = Reshape v1 s2'],
    ],
    [
      'what copies one place of two',
      [
        [0, 3, 4],
        [0, 0, 2, 2],
      ],
      ['v1 = Reshape x s1', 'v2 = Reshape v1 s2'],
    ],
  ])('%s', async (_, shapes, expected) => {
    const graph = reshapes(...shapes);
    expect(linesOf(removeDead(mergeReshapes(graph)))).toEqual(expected);
    expect(await apart(graph, mergeReshapes(graph))).toBe(0);
  });

  it('keep one that others use, and shapes that are not known', () => {
    const lines = [
      'a = Reshape x s',
      'b = Reshape a t',
      'c = Neg a',
      'd = Reshape c s',
      'e = Reshape d given',
      'f = Reshape e s',
    ];
    const graph = graphOf({
      inputs: { x: [24], given: [1] },
      nodes: lines.map((line) => node(line)),
      constants: [int64Tensor('s', [2, 12]), int64Tensor('t', [3, 8])],
      outputs: ['b', 'f'],
    });
    expect(linesOf(mergeReshapes(graph))).toEqual([
      'a = Reshape x s',
      'b = Reshape x t',
      'c = Neg a',
      'd = Reshape c s',
      'e = Reshape d given',
      'f = Reshape e s',
    ]);
    const unread = { ...graph, initializer: graph.initializer.map(({ raw_data: _, ...rest }) => rest) };
    expect(linesOf(mergeReshapes(unread))).toEqual(lines);
  });
});

function transposes(perms: readonly number[][], before = 'x'): GraphProto {
  return graphOf({
    inputs: { x: [2, 3, 4, 5] },
    nodes: [
      ...(before === 'x' ? [] : [node(`${before} = Neg x`)]),
      ...perms.map((perm, i) =>
        node(`v${i + 1} = Transpose ${i === 0 ? before : `v${i}`}`, attribute.ints('perm', perm)),
      ),
      node(`y = Neg v${perms.length}`),
    ],
  });
}

describe('transpositions', () => {
  const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });

  it('are one of all of them, and none where the axes are back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(order, { minLength: 1, maxLength: 4 }), async (perms) => {
        const graph = transposes(perms, 'b');
        const merged = removeDead(removeIdentities(mergeTransposes(graph)));
        const isBack = perms
          .reduce((all, perm) => perm.map((axis) => all[axis] ?? 0))
          .every((axis, i) => axis === i);
        expect(operatorsOf(merged)).toBe(isBack ? 'Neg Neg' : 'Neg Transpose Neg');
        expect(await apart(graph, merged)).toBe(0);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('keep one that others use, one that turns all axes around, and other operators', () => {
    const perm = attribute.ints('perm', [1, 0, 2]);
    const nodes = [
      node('a = Transpose x', perm),
      node('b = Neg a', perm),
      node('c = Transpose b', attribute.ints('ignored', [2, 1, 0]), perm),
      node('d = Transpose c'),
      node('e = Transpose d', perm),
      node('f = Transpose c', attribute.ints('perm', [0, 2, 1])),
      node('g = Neg f', perm),
    ];
    const graph = graphOf({ inputs: { x: [2, 3, 4] }, nodes, outputs: ['e', 'f', 'g'] });
    const merged = mergeTransposes(graph);
    expect(linesOf(merged)).toEqual([
      'a = Transpose x',
      'b = Neg a',
      'c = Transpose b',
      'd = Transpose c',
      'e = Transpose d',
      'f = Transpose b',
      'g = Neg f',
    ]);
    expect(merged.node[5]?.attribute).toEqual([attribute.ints('perm', [1, 2, 0])]);
  });
});

describe('operators that change nothing', () => {
  it('are left out: their users read what came before', async () => {
    const keep = attribute.ints('perm', [0, 1, 2]);
    const nodes = [
      node('a = Identity x'),
      node('b = Transpose a', keep),
      node('c = Identity b'),
      node('d = Neg c'),
      node('e = Transpose d', attribute.ints('perm', [0, 2, 1])),
      node('f = Transpose e'),
      node('g = Identity f'),
      node('h = Identity g'),
    ];
    const graph = graphOf({ inputs: { x: [2, 3, 4] }, nodes, outputs: ['g', 'h'] });
    const without = removeIdentities(graph);
    // What the graph gives out keeps its name.
    expect(linesOf(without)).toEqual([
      'd = Neg x',
      'e = Transpose d',
      'f = Transpose e',
      'g = Identity f',
      'h = Identity g',
    ]);
    expect(await apart(graph, without)).toBe(0);
    const others = graphOf({ inputs: { x: [2] }, nodes: [node('a = Other x', keep), node('b = Neg a')] });
    expect(removeIdentities(others)).toEqual(others);
  });
});
