// Which sigmoids are written out: those from which a way leads to an operator that makes small numbers large.
import { describe, expect, it } from 'vitest';
import { exactSigmoids } from '../../../export/passes/exact-sigmoids.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { floatTensor, int64Tensor } from '../../../models/onnx/make.ts';
import { apart, graphOf, linesOf, node } from './onnx-graph.ts';

const constants = [
  floatTensor('small', [1e-3], []),
  floatTensor('two', [2], []),
  int64Tensor('flat', [-1]),
  int64Tensor('axis', [0]),
];

/** A sigmoid of `x`, and what is done with it; `other` is another input. */
const graph = (...lines: string[]) =>
  graphOf({
    inputs: { x: [4, 3], other: [4, 3] },
    nodes: ['s = Sigmoid x', ...lines].map((line) =>
      node(line, ...(line.includes('Concat') ? [attribute.int('axis', 0)] : [])),
    ),
    constants,
  });

describe('is written out', () => {
  it.each([
    [['y = Log s']],
    [['a = Abs other', 'y = Pow s a']],
    [['y = Sqrt s']],
    [['y = Reciprocal s']],
    [['y = Div other s']],
    [['a = Add s small', 'y = Log a']],
    [['a = Add small s', 'y = Log a']],
    [['a = Mul s s', 'y = Log a']],
    [['o = Abs other', 'a = Mul o s', 'y = Log a']],
    [['o = Exp other', 'a = Div s o', 'y = Log a']],
    [['a = Max s small', 'b = Min a two', 'y = Log b']],
    [['a = Clip s small two', 'y = Log a']],
    [['a = ReduceMax s', 'y = Log a']],
    [['a = ReduceMin s', 'y = Log a']],
    [['a = Identity s', 'b = Reshape a flat', 'c = Transpose b', 'y = Log c']],
    [['a = Unsqueeze s axis', 'b = Squeeze a axis', 'y = Log b']],
    [['a = Split s', 'y = Log a']],
    [['a = Slice s axis flat', 'y = Log a']],
    [['a = Gather s axis', 'y = Log a']],
    [['o = Exp other', 'a = Concat o s', 'y = Log a']],
  ])('before %j', async (lines) => {
    const before = graph(...lines);
    const after = exactSigmoids(before);
    expect(linesOf(after)).toEqual([
      's/Neg = Neg x',
      's/Exp = Exp s/Neg',
      's/Add = Add s/Exp constant/one',
      's = Reciprocal s/Add',
      ...linesOf(before).slice(1),
    ]);
    expect(after.initializer).toEqual([...constants, floatTensor('constant/one', [1], [])]);
    expect(after.node.map(({ name }) => name)).toEqual(after.node.map(({ output }) => output[0]));
    if (!lines.some((line) => line.includes('Split'))) expect(await apart(before, after)).toBeLessThan(1e-5);
  });

  it('with the one that is there, each sigmoid by itself', () => {
    const one = floatTensor('one', [1], []);
    const before = graph('t = Sigmoid other', 'a = Log s', 'b = Log t', 'u = Sigmoid other', 'y = Neg u');
    const after = exactSigmoids({ ...before, initializer: [...constants, one] });
    expect(after.initializer).toEqual([...constants, one]);
    expect(linesOf(after).filter((line) => line.includes(' Add '))).toEqual([
      's/Add = Add s/Exp one',
      't/Add = Add t/Exp one',
    ]);
    expect(linesOf(after)).toContain('u = Sigmoid other');
  });
});

describe('stays', () => {
  it.each([
    [['y = Mul other s']],
    [['y = Div s other']],
    [['y = Pow other s']],
    [['a = Add s other', 'y = Log a']],
    [['a = Sub two s', 'y = Log a']],
    [['a = Exp s', 'y = Log a']],
    [['a = Div other s', 'b = Exp a', 'y = Neg b']],
    [['o = Exp other', 'a = Log o', 'y = Mul a s']],
    [['a = Neg s', 'y = Neg a']],
  ])('before %j', (lines) => {
    const before = graph(...lines);
    const expected = lines.includes('a = Div other s');
    if (expected) expect(linesOf(exactSigmoids(before))).toHaveLength(linesOf(before).length + 3);
    else expect(exactSigmoids(before)).toBe(before);
  });

  it('where its result is what is divided, and not by what', () => {
    const before = graph('o = Exp other', 'e = Exp s', 'a = Div o e', 'y = Log a');
    expect(exactSigmoids(before)).toBe(before);
  });
});
