// Bounds one after another: one Clip where they are constants that some number meets, and the same answers always.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeClips } from '../../../export/passes/clips.ts';
import { removeDead } from '../../../export/passes/dead.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { floatTensor } from '../../../models/onnx/make.ts';
import type { GraphProto } from '../../../models/onnx/schema.ts';
import { apart, graphOf, linesOf, node, operatorsOf } from './onnx-graph.ts';

const numbers = { low: -1, less: -0.5, zero: 0, some: 0.5, high: 1 };
const names = Object.keys(numbers);
const all = Object.entries(numbers).map(([name, value]) => floatTensor(name, [value], []));

/** Operators one after another, the value written as `_`: `Max _ low`. */
function chain(operators: readonly string[], constants = all): GraphProto {
  const nodes = operators.map((operator, i) =>
    node(`v${i + 1} = ${operator.replace('_', i === 0 ? 'x' : `v${i}`)}`),
  );
  return graphOf({ inputs: { x: [1, 200] }, nodes, constants });
}

const merged = (graph: GraphProto) => removeDead(mergeClips(graph));

describe('a chain of', () => {
  it.each([
    // Both orders, either operand first.
    [['Max _ low', 'Min _ high'], 'Clip x low high'],
    [['Min high _', 'Max low _'], 'Clip x low high'],
    [['Min _ high', 'Max _ low', 'Min _ some'], 'Clip x low some'],
    [['Max _ low', 'Max _ less'], 'Clip x less -'],
    [['Max _ less', 'Max _ low'], 'Clip x less -'],
    [['Min _ high', 'Min _ some'], 'Clip x - some'],
    [['Min _ some', 'Min _ high'], 'Clip x - some'],
    [['Max _ some', 'Max _ high'], 'Clip x high -'],
    [['Min _ less', 'Min _ low'], 'Clip x - low'],
    [['Clip _ low some', 'Clip _ less high'], 'Clip x less some'],
    [['Clip _ low -', 'Clip _ - high'], 'Clip x low high'],
    [['Clip _ - some', 'Max _ some'], 'Clip x some some'],
    [['Relu _', 'Min _ some'], 'Clip x zero some'],
    [['Relu _', 'Min _ zero'], 'Clip x zero zero'],
    [['Relu _', 'Clip _ some high'], 'Clip x some high'],
    [['Relu _', 'Max _ zero'], 'Clip x zero -'],
    [['Relu _', 'Max _ some'], 'Clip x some -'],
    [['Relu _', 'Min _ high', 'Max _ some'], 'Clip x some high'],
  ])('%j is one Clip', async (operators, expected) => {
    const graph = chain(operators);
    expect(linesOf(merged(graph))).toEqual([`v${operators.length} = ${expected}`]);
    expect(merged(graph).node[0]?.attribute).toEqual([]);
    expect(await apart(graph, merged(graph))).toBe(0);
  });

  it.each([
    ['no number that meets both', ['Max _ high', 'Min _ low']],
    ['none either way round', ['Min _ low', 'Max _ high']],
    ['what takes numbers that a Relu has left, but not all below zero', ['Relu _', 'Clip _ low high']],
    ['what is below zero behind a Relu', ['Relu _', 'Min _ low']],
    ['a Relu behind bounds, which runtimes know', ['Min _ high', 'Relu _']],
    ['two Relu', ['Relu _', 'Relu _']],
    ['one operator', ['Max _ low']],
    ['a bound that is computed', ['Max _ low', 'Max _ x']],
    ['bounds of which one is computed', ['Min _ high', 'Clip _ low s']],
    ['three operands', ['Max _ low', 'Max _ less some']],
    ['other operators', ['Neg _', 'Max _ low', 'Neg _', 'Relu _', 'Abs _', 'Min _ some']],
    ['a sum with a number', ['Add _ some', 'Max _ low', 'Add _ some']],
    ['bounds of a bound', ['Max low less', 'Min _ high']],
    ['constants alone', ['Max low less', 'Min low high']],
  ])('%s stays', async (_, operators) => {
    const { node: nodes, ...rest } = chain(operators);
    const graph = { ...rest, node: [node('s = ReduceMax x', attribute.int('keepdims', 0)), ...nodes] };
    expect(linesOf(mergeClips(graph))).toEqual(linesOf(graph));
    expect(await apart(graph, merged(graph))).toBe(0);
  });

  it('a Relu and an upper bound stays where there is no zero to name', () => {
    const graph = chain(
      ['Relu _', 'Min _ some'],
      all.filter(({ name }) => name !== 'zero'),
    );
    expect(operatorsOf(merged(graph))).toBe('Relu Min');
  });

  it('is taken together only for who uses its end', async () => {
    const nodes = ['a = Max x low', 'b = Min a high', 'c = Neg a', 'd = Add b c'].map((line) => node(line));
    const graph = graphOf({ inputs: { x: [50] }, nodes, constants: all });
    expect(linesOf(merged(graph))).toEqual([
      'a = Max x low',
      'b = Clip x low high',
      'c = Neg a',
      'd = Add b c',
    ]);
    expect(await apart(graph, merged(graph))).toBe(0);
  });

  const name = fc.constantFrom(...names);
  const operator = fc.oneof(
    fc.constant('Relu _'),
    name.map((bound) => `Max _ ${bound}`),
    name.map((bound) => `Min ${bound} _`),
    fc
      .tuple(fc.constantFrom('-', ...names), fc.constantFrom('-', ...names))
      .map((both) => `Clip _ ${both.join(' ')}`),
  );

  it('whatever answers the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operator, { minLength: 1, maxLength: 5 }), async (operators) => {
        const graph = chain(operators);
        expect(await apart(graph, merged(graph))).toBe(0);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});
