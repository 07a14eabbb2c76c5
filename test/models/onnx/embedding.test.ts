// Where an embedding is in a graph: before the last dense layer of any kind, or a convolution behind a pooling; nowhere else.
import { expect, it } from 'vitest';
import { NoEmbedding } from '../../../models/embedding.ts';
import { withEmbedding } from '../../../models/onnx/embedding.ts';
import { floatTensor, namedNode } from '../../../models/onnx/make.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import type { ModelProto } from '../../../models/onnx/types.ts';
import { runtime } from '../../python-runtime/runtime.ts';
import { graph } from './messages.ts';

/** A model of a picture, a weight `w`, and these nodes, each as one reads it: `y = Relu x`. Its output is the last. */
const model = (lines: readonly string[], input = 'x'): ModelProto => {
  const node = lines.map((line) => {
    const [output = '', right = ''] = line.split(' = ');
    const [op = '', ...inputs] = right.split(' ');
    return namedNode(op, output, inputs);
  });
  const output = [{ name: node.at(-1)?.output[0] ?? '' }];
  const initializer = [floatTensor('w', [1])];
  return {
    ir_version: 8,
    metadata_props: [],
    opset_import: [],
    graph: graph({ node, input: [{ name: input }], output, initializer }),
  };
};

/** Graphs, and the value that is their embedding. */
const found: [string, string[], string][] = [
  ['a dense layer', ['f = Relu x', 'd = Gemm f w', 'y = Softmax d'], 'f'],
  ['one that onnxruntime has fused', ['f = Relu x', 'y = FusedMatMul f w'], 'f'],
  ['one with its activation', ['f = Relu x', 'y = FusedGemm f w'], 'f'],
  [
    'a product of whole numbers',
    ['f = Relu x', 'q = DynamicQuantizeLinear f', 'm = MatMulInteger q w', 'c = Cast m', 'y = Mul c w'],
    'f',
  ],
  ['a convolution behind a pooling', ['p = GlobalAveragePool x', 'c = Conv p w', 'y = Flatten c'], 'p'],
  [
    'the sum over several views',
    ['f = Relu x', 'd = Gemm f w', 'v = Mul d w', 's = ReduceSum v', 'y = Softmax s'],
    'f',
  ],
];

it.each(found)('it is what %s takes', (_, lines, taken) => {
  const { graph } = withEmbedding(model(lines), 'x').model;
  const added = graph.node.slice(lines.length);
  expect(added[0]?.input).toEqual([taken]);
  expect(graph.output.map(({ name }) => name)).toEqual(['y', 'embedding']);
  expect(graph.node.slice(0, lines.length)).toEqual(model(lines).graph.node);
});

it('has another name where a value is called so already', () => {
  const made = withEmbedding(model(['embedding = Relu x', 'y = Gemm embedding w']), 'x');
  expect(made.output).toBe('embedding_1');
  expect(made.model.graph.output.at(-1)).toEqual({ name: 'embedding_1' });
});

/** Graphs that have none. */
const without: [string, string[]][] = [
  [
    'pooled maps that are the answer',
    ['c = Conv x w', 'p = GlobalAveragePool c', 'f = Flatten p', 'y = Softmax f'],
  ],
  ['a dense layer that takes the picture', ['y = Gemm x w']],
  ['neither', ['a = Relu x', 'y = Conv a w']],
  ['whole numbers from elsewhere', ['a = Relu x', 'm = MatMulInteger a w', 'y = Cast m']],
];

it.each(without)('there is none with %s', (_, lines) => {
  expect(() => withEmbedding(model(lines), 'x')).toThrow(NoEmbedding);
});

const inPython = `
from trainyard_runtime.embedding import with_embedding
import onnx
found = []
for each in json.loads(sys.stdin.read()):
    try:
        added, name = with_embedding(base64.b64decode(each))
        found.append([name, [output.name for output in onnx.ModelProto.FromString(added).graph.output]])
    except trainyard_runtime.TrainyardError as error:
        found.append(str(error))
print(json.dumps(found))`;

it('the Python package finds the same in the bytes of a file, and onnx reads the output that it has added', () => {
  const files = [...found, ...without].map(([, lines]) => {
    const ofImage = lines.map((line) => line.replaceAll(' x', ' image'));
    return Buffer.from(encodeModel(model(ofImage, 'image'))).toString('base64');
  });
  expect(runtime(inPython, [], Buffer.from(JSON.stringify(files)))).toEqual([
    ...found.map(([, , taken]) => [taken, ['y', taken]]),
    ...without.map(() => expect.stringContaining('gives no embedding')),
  ]);
});
