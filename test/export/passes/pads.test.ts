// Zeros around a picture inside the convolution that follows: which ones may go in, and the answers of onnxruntime.
import { describe, expect, it } from 'vitest';
import { mergePads } from '../../../export/passes/pads.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { floatTensor, int64Tensor } from '../../../models/onnx/make.ts';
import type { AttributeProto, GraphProto, TensorProto } from '../../../models/onnx/schema.ts';
import { apart, drawn, graphOf, linesOf, node } from './onnx-graph.ts';

const PADS = [0, 0, 1, 2, 0, 0, 3, 0];

interface Padded {
  readonly pad?: string;
  readonly mode?: string;
  readonly pads?: readonly number[];
  readonly value?: TensorProto;
  readonly conv?: readonly AttributeProto[];
  readonly after?: readonly string[];
}

/** A Pad and a Conv of 3x3 over pictures of 3 channels, 5x6. */
function padded(options: Padded = {}): GraphProto {
  const { pad = 'Pad x pads', mode, pads = PADS, value, conv = [], after = [] } = options;
  const given = mode === undefined ? [] : [attribute.text('mode', mode)];
  return graphOf({
    inputs: { x: [2, 3, 5, 6] },
    nodes: [node(`p = ${pad}`, ...given), node('y = Conv p w', ...conv), ...after.map((line) => node(line))],
    constants: [int64Tensor('pads', pads), drawn('w', 4, 3, 3, 3), ...(value ? [value] : [])],
  });
}

const padsOf = ({ node: nodes }: GraphProto) =>
  nodes.flatMap(({ attribute: all }) => all.filter(({ name }) => name === 'pads').map(({ ints }) => ints));

describe('are padded by the convolution:', () => {
  it.each<[string, Padded, number[]]>([
    ['zeros', {}, [1, 2, 3, 0]],
    ['zeros by name', { mode: 'constant' }, [1, 2, 3, 0]],
    ['zeros that are given', { pad: 'Pad x pads v', value: floatTensor('v', [0], []) }, [1, 2, 3, 0]],
    ['zeros below zero', { pad: 'Pad x pads v', value: floatTensor('v', [-0], []) }, [1, 2, 3, 0]],
    ['no zeros at all', { pads: Array(8).fill(0) }, [0, 0, 0, 0]],
    ['zeros besides its own', { conv: [attribute.ints('pads', [1, 0, 0, 2])] }, [2, 2, 3, 2]],
    [
      'zeros before strides, whose attribute stays',
      { conv: [attribute.ints('strides', [2, 2]), attribute.ints('pads', [0, 0, 1, 1])] },
      [1, 2, 4, 1],
    ],
  ])('%s', async (_, options, pads) => {
    const graph = padded(options);
    const merged = mergePads(graph);
    expect(linesOf(merged).at(-1)).toBe('y = Conv x w');
    expect(padsOf(merged)).toEqual([pads]);
    expect(await apart(graph, merged)).toBe(0);
  });
});

describe('stay where they are:', () => {
  const one = floatTensor('v', [1], []);
  it.each<[string, Padded]>([
    ['others than zeros', { pad: 'Pad x pads v', value: one }],
    ['what is nearly zero', { pad: 'Pad x pads v', value: floatTensor('v', [-1e-42], []) }],
    [
      'a number of which the last byte alone is set',
      { pad: 'Pad x pads v', value: floatTensor('v', [2], []) },
    ],
    ['one with the sign elsewhere', { pad: 'Pad x pads v', value: floatTensor('v', [2 ** -134], []) }],
    ['a value that is computed', { pad: 'Pad x pads s' }],
    ['edges', { mode: 'edge' }],
    ['a mirror', { mode: 'reflect', pads: [0, 0, 1, 1, 0, 0, 1, 1] }],
    ['zeros before the channels', { pads: [0, 1, 0, 0, 0, -1, 0, 0] }],
    ['zeros behind the channels', { pads: [0, 0, 0, 0, 0, 1, 0, 0] }],
    ['pictures', { pads: [1, 0, 0, 0, 0, 0, 0, 0] }],
    ['pictures at the end', { pads: [0, 0, 0, 0, 1, 0, 0, 0] }],
    ['what cuts off', { pads: [0, 0, -1, 0, 0, 0, 0, 0] }],
    ['what others look at', { after: ['z = ReduceMax p', 'u = Add y z'] }],
    [
      'zeros before a convolution that pads as it sees fit',
      { conv: [attribute.text('auto_pad', 'SAME_UPPER')] },
    ],
  ])('%s', async (_, options) => {
    const graph = padded(options);
    // Three channels are two and one more.
    const sized = {
      ...graph,
      node: [node('s = ReduceMax x', attribute.int('keepdims', 0)), ...graph.node],
      initializer: graph.initializer.map((tensor) =>
        tensor.name === 'w' && options.pads?.[5] === 1 ? drawn('w', 4, 4, 3, 3) : tensor,
      ),
    };
    expect(linesOf(mergePads(sized))).toEqual(linesOf(sized));
    expect(await apart(sized, mergePads(sized))).toBe(0);
  });

  it('zeros before what is no convolution, and what is no padding', () => {
    const lines = ['p = Pad x pads', 'y = MaxPool p', 'z = Conv y w', 'c = Conv x w'];
    const graph = graphOf({
      inputs: { x: [1, 3, 5, 6] },
      nodes: lines.map((line) => node(line)),
      constants: [int64Tensor('pads', PADS), drawn('w', 4, 3, 3, 3)],
    });
    expect(linesOf(mergePads(graph))).toEqual(lines);
  });

  it('axes that are named, and numbers that are not known', () => {
    const named = padded({ pad: 'Pad x pads - axes', pads: [1, 1] });
    expect(linesOf(mergePads(named))).toEqual(linesOf(named));
    const turned = padded({ pad: 'Pad x pads - axes' });
    expect(linesOf(mergePads(turned))).toEqual(linesOf(turned));
    const other = padded({ pad: 'Other x pads' });
    expect(linesOf(mergePads(other))).toEqual(linesOf(other));
    const unknown = padded({ pad: 'Pad x given' });
    expect(linesOf(mergePads(unknown))).toEqual(linesOf(unknown));
  });
});
