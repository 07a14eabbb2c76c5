// Updates that are nearly those of momentum: TensorFlow's one op would compute something else, or too early.
import { describe, expect, it } from 'vitest';
import { momentumUpdates } from '../../../train/graph/fused-momentum.ts';
import type { Node } from '../../../train/graph/graph.ts';
import { given, graphOf, made, replaced } from './by-hand.ts';

const S = [2];

const inputs: Node[] = [
  given('Variable', 'w', S),
  given('Variable', 'v', S),
  given('Variable', 'u', S),
  given('Input', 'rate', []),
  given('Input', 'keep', []),
  given('Input', 'g', S),
  given('Input', 'h', S),
];
const velocity = [made('kept', 'Mul', ['v:0', 'keep:0'], S), made('vel', 'Add', ['kept:0', 'g:0'], S)];

const plain: Node[] = [
  ...inputs,
  ...velocity,
  made('change', 'Mul', ['vel:0', 'rate:0'], S),
  made('next', 'Sub', ['w:0', 'change:0'], S),
];
const nesterov: Node[] = [
  ...inputs,
  ...velocity,
  made('ahead', 'Mul', ['g:0', 'rate:0'], S),
  made('again', 'Mul', ['vel:0', 'keep:0'], S),
  made('along', 'Mul', ['again:0', 'rate:0'], S),
  made('change', 'Add', ['ahead:0', 'along:0'], S),
  made('next', 'Sub', ['w:0', 'change:0'], S),
];

const assigned = { w: 'next:0', v: 'vel:0' };

/** The updates found where nodes are others. */
const found = (nodes: Node[], others: Node[] = [], outputs: string[] = [], updates = assigned) =>
  momentumUpdates(graphOf(replaced(nodes, others), outputs, updates));

const expected = {
  ...{ weight: 'w', velocity: 'v', learningRate: 'rate:0', gradient: 'g:0', momentum: 'keep:0' },
  nesterov: false,
};

describe('found is', () => {
  it('an update with momentum, and Nesterov’s', () => {
    expect(found(plain)).toEqual([expected]);
    expect(found(nesterov)).toEqual([{ ...expected, nesterov: true }]);
  });

  it('a rate that is another output than the first of its op', () => {
    const shapes = (first: number[], second: number[]): Node => ({
      ...given('Input', 'rate', first),
      outputs: [first, second].map((shape) => ({ dtype: 1, shape })),
    });
    const change = made('change', 'Mul', ['vel:0', 'rate:1'], S);
    expect(found(plain, [change, shapes(S, [])])).toEqual([{ ...expected, learningRate: 'rate:1' }]);
    expect(found(plain, [change, shapes([], S)])).toEqual([]);
  });
});

/** Each is one node that is another. */
const both: Record<string, Node> = {
  'adds to the weight': made('next', 'Add', ['w:0', 'change:0'], S),
  'starts from another variable': made('next', 'Sub', ['u:0', 'change:0'], S),
  'starts from an input': { ...given('Input', 'w', S) },
  'keeps of another variable': made('kept', 'Mul', ['u:0', 'keep:0'], S),
  'keeps of an input': { ...given('Input', 'v', S) },
  'divides what is kept': made('kept', 'Div', ['v:0', 'keep:0'], S),
  'subtracts the gradient': made('vel', 'Sub', ['kept:0', 'g:0'], S),
  'has a momentum for each number': given('Input', 'keep', S),
  'has a rate for each number': given('Input', 'rate', S),
  'reads the old velocity elsewhere': made('other', 'Neg', ['v:0'], S),
  'reads the new velocity elsewhere': made('other', 'Neg', ['vel:0'], S),
  'reads what is kept elsewhere': made('other', 'Neg', ['kept:0'], S),
  'reads the change elsewhere': made('other', 'Neg', ['change:0'], S),
  'reads the new weight elsewhere': made('other', 'Neg', ['next:0'], S),
  'has one gradient for all numbers': given('Input', 'g', []),
  'has one velocity for all rows': given('Variable', 'w', [3, 2]),
};

describe('left alone is an update that', () => {
  it.each(Object.entries(both))('%s', (_, other) => {
    expect(found(plain, [other])).toEqual([]);
    expect(found(nesterov, [other])).toEqual([]);
  });

  it.each<[string, Node]>([
    ['divides the velocity', made('change', 'Div', ['vel:0', 'rate:0'], S)],
    ['moves by the gradient', made('change', 'Mul', ['g:0', 'rate:0'], S)],
  ])('%s', (_, other) => expect(found(plain, [other])).toEqual([]));

  it.each<[string, Node]>([
    ['looks ahead by another gradient', made('ahead', 'Mul', ['h:0', 'rate:0'], S)],
    ['looks ahead by another rate', made('ahead', 'Mul', ['g:0', 'keep:0'], S)],
    ['divides when it looks ahead', made('ahead', 'Div', ['g:0', 'rate:0'], S)],
    ['goes along by another factor', made('again', 'Mul', ['vel:0', 'rate:0'], S)],
    ['divides what goes along', made('again', 'Div', ['vel:0', 'keep:0'], S)],
    ['divides by the rate', made('along', 'Div', ['again:0', 'rate:0'], S)],
    ['goes along another velocity', made('again', 'Mul', ['u:0', 'keep:0'], S)],
    ['subtracts what goes along', made('change', 'Sub', ['ahead:0', 'along:0'], S)],
    ['reads what is ahead elsewhere', made('other', 'Neg', ['ahead:0'], S)],
    ['reads what goes along elsewhere', made('other', 'Neg', ['along:0'], S)],
    ['reads the velocity times momentum elsewhere', made('other', 'Neg', ['again:0'], S)],
  ])('%s', (_, other) => expect(found(nesterov, [other])).toEqual([]));

  it('returns a result, or stores the velocity elsewhere or nowhere', () => {
    for (const nodes of [plain, nesterov]) {
      for (const value of ['next:0', 'vel:0', 'kept:0', 'change:0'])
        expect(found(nodes, [], [value])).toEqual([]);
      const others = [{ w: 'next:0' }, { w: 'next:0', u: 'vel:0' }, { u: 'next:0', v: 'vel:0' }];
      for (const updates of others)
        expect(momentumUpdates(graphOf(nodes, [], updates)), JSON.stringify(updates)).toEqual([]);
    }
  });
});
