// What `trainyard diff` promises of files in every form that ONNX has, as Python's onnx writes them: what was changed is found.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diff } from '../../../export/diff/index.ts';
import { differenceInWords } from '../../../export/diff/text.ts';
import { openModelFile } from '../../../export/files/file.ts';
import { python } from '../../python.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-diff-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));

const script = `
import os, sys
import numpy as np, onnx
from onnx import TensorProto as T, helper as h, numpy_helper as nh

folder = sys.argv[1]
weight = np.array([0.5, -1.5, 2, 3], np.float32)

def save(name, nodes=(), weights=(), functions=(), sparse=(), metadata={}, **more):
    x, y = h.make_tensor_value_info('x', T.FLOAT, ['N', 4]), h.make_tensor_value_info('y', T.FLOAT, ['N', 4])
    graph = h.make_graph([h.make_node('Identity', ['x'], ['y'], name='last'), *nodes], 'g', [x], [y], initializer=list(weights), sparse_initializer=list(sparse))
    model = h.make_model(graph, opset_imports=[h.make_opsetid('', 17), h.make_opsetid('local', 1)], functions=list(functions), **more)
    h.set_model_props(model, metadata)
    path = os.path.join(folder, name + '.onnx')
    onnx.save(model, path)
    return path

def pair(name, one, two): one(name + '.before'), two(name + '.after')
def typed(values, kind=T.FLOAT, name='w'): return h.make_tensor(name, kind, np.shape(values), np.ravel(values))
def raw(values, name='w'): return nh.from_array(values, name)
def constant(values): return h.make_node('Constant', [], ['w'], name='c', value=raw(values, ''))
def branch(values):
    inner = h.make_graph([h.make_node('Identity', ['w'], ['o'], name='inner')], 'then', [], [h.make_tensor_value_info('o', T.FLOAT, [4])], initializer=[typed(values)])
    return h.make_node('If', ['t'], ['z'], name='if', then_branch=inner, else_branch=inner)
def alpha(value):
    inner = h.make_graph([h.make_node('Elu', ['x'], ['o'], name='elu', alpha=value)], 'then', [], [h.make_tensor_value_info('o', T.FLOAT, None)])
    return h.make_node('If', ['t'], ['z'], name='if', then_branch=inner, else_branch=inner)
def function(values): return h.make_function('local', 'f', ['a'], ['b'], [h.make_node('Constant', [], ['w'], value=raw(values, ''))], [h.make_opsetid('', 17)])
def outside(name, values):
    path = save(name, weights=[raw(values)])
    onnx.save(onnx.load(path), path, save_as_external_data=True, location=name + '.bin', size_threshold=0)
def sparse(values): return h.make_sparse_tensor(typed(values), h.make_tensor('', T.INT64, [4], [0, 2, 4, 8]), [9])

pair('float_data', lambda n: save(n, weights=[typed(weight)]), lambda n: save(n, weights=[typed(weight * 2)]))
pair('form', lambda n: save(n, weights=[typed(weight)]), lambda n: outside(n, weight))
pair('external', lambda n: outside(n, weight), lambda n: outside(n, weight * 2))
pair('float16', lambda n: save(n, weights=[typed(weight.astype(np.float16), T.FLOAT16)]), lambda n: save(n, weights=[raw((weight * 2).astype(np.float16))]))
pair('double', lambda n: save(n, weights=[raw(weight.astype(np.float64))]), lambda n: save(n, weights=[typed(weight.astype(np.float64) * 2, T.DOUBLE)]))
pair('constant', lambda n: save(n, [constant(weight)]), lambda n: save(n, [constant(weight * 2)]))
list_of = lambda values: h.make_node('Constant', [], ['w'], name='c', value_floats=[float(each) for each in values])
long = np.arange(200, dtype=np.float32)
pair('list', lambda n: save(n, [list_of(weight)]), lambda n: save(n, [list_of(weight * 2)]))
pair('long', lambda n: save(n, [list_of(long)]), lambda n: save(n, [list_of(np.where(long == 150, -1, long))]))
pair('constant-weight', lambda n: save(n, [constant(weight)]), lambda n: save(n, weights=[typed(weight)]))
pair('branch', lambda n: save(n, [branch(weight)]), lambda n: save(n, [branch(weight * 2)]))
pair('function', lambda n: save(n, functions=[function(weight)]), lambda n: save(n, functions=[function(weight * 2)]))
pair('sparse', lambda n: save(n, sparse=[sparse(weight)]), lambda n: save(n, sparse=[sparse(weight * 2)]))
pair('int64', lambda n: save(n, weights=[typed(np.array([2**63 - 1, 4]), T.INT64)]), lambda n: save(n, weights=[typed(np.array([2**63 - 2, 4]), T.INT64)]))
pair('strings', lambda n: save(n, weights=[h.make_tensor('w', T.STRING, [2], [b'a', b'b'])]), lambda n: save(n, weights=[h.make_tensor('w', T.STRING, [2], [b'b', b'a'])]))
pair('renamed', lambda n: save(n, weights=[typed(weight, name='one'), typed(weight * 2)]), lambda n: save(n, weights=[typed(weight * 2), raw(weight, 'two')]))
pair('zeros', lambda n: save(n, weights=[raw(weight * 0)]), lambda n: save(n, weights=[raw(weight)]))
pair('nan', lambda n: save(n, weights=[raw(weight)]), lambda n: save(n, weights=[raw(weight * np.float32('nan'))]))
pair('alpha', lambda n: save(n, [alpha(1.0)]), lambda n: save(n, [alpha(0.5)]))
pair('ends', lambda n: save(n, [h.make_node('Own', [], ['o'], name='own', domain='local', ends=[2**63 - 1], words=['a', 'b'])]), lambda n: save(n, [h.make_node('Own', [], ['o'], name='own', domain='local', ends=[2**63 - 2], words=['a', 'c'])]))
pair('metadata', lambda n: save(n, metadata={'author': 'a', 'old': '1'}), lambda n: save(n, metadata={'author': 'b'}, doc_string='new', model_version=2**63 - 1))
unnamed = lambda slope: [h.make_node('Relu', ['x'], ['a']), h.make_node('LeakyRelu', ['a'], ['b'], alpha=slope)]
pair('unnamed', lambda n: save(n, unnamed(0.1)), lambda n: save(n, unnamed(0.2)))
`;

beforeAll(() => {
  python(script, [folder]);
});

const doubled = (name: string) =>
  new RegExp(`weights: \\d+ equal\n  ~ ${name} \\[4\\]: by 100\\.00 %, at most 3\\.00`);

/** What is said of each pair; nothing else may differ where a weight does. */
const expected: Record<string, readonly RegExp[]> = {
  float_data: [doubled('w'), /structure: the same/],
  form: [/structure: the same/, /weights: all 1 equal/],
  external: [doubled('w'), /structure: the same/],
  float16: [doubled('w'), /structure: the same/],
  double: [doubled('w'), /structure: the same/],
  constant: [doubled('w'), /structure: the same/],
  list: [
    doubled('w'),
    /~ node c: Constant\(value_floats=\[0\.5,-1\.5,2,3\]\) -> w -> Constant\(value_floats=\[1,-3,4,6\]\) -> w/,
  ],
  long: [
    /~ w \[200\]: by .*at most 151/,
    /~ node c: \.\.\.[\d,]+,149,150,151,.* -> \.\.\.[\d,]+,149,-1,151,/,
  ],
  'constant-weight': [/- node c: Constant\(value=float\[4\]\) -> w/, /weights: all 1 equal/],
  branch: [
    /structure: the same/,
    /~ if\/then_branch\/w \[4\]: by 100\.00 %/,
    /~ if\/else_branch\/w \[4\]: by 100\.00 %/,
  ],
  function: [doubled('function local.f/w'), /structure: the same/],
  sparse: [doubled('w values'), /structure: the same/],
  int64: [/~ w \[2\]: by 0\.00 %, at most 1\.00/],
  strings: [/~ weight w: string\[2\] "a", "b" -> string\[2\] "b", "a"/],
  renamed: [/weights: 1 equal\n {2}~ one -> two \[4\]: another name, equal numbers\n\n/],
  zeros: [/~ w \[4\]: at most 3\.00/],
  nan: [/~ w \[4\]: at most Infinity/],
  alpha: [
    /~ node if\/then_branch\/elu: Elu\(x, alpha=1\) -> o -> Elu\(x, alpha=0\.5\) -> o/,
    /~ node if\/else_branch\/elu: /,
  ],
  ends: [
    /~ node own: local\.Own\(ends=\[9223372036854775807\], words=\["a","b"\]\) -> o -> local\.Own\(ends=\[9223372036854775806\], words=\["a","c"\]\)/,
  ],
  metadata: [
    /structure: the same/,
    /metadata\n/,
    / {2}~ author: a -> b/,
    /- old: 1/,
    /\+ description: new/,
    /model version: 9223372036854775807/,
  ],
  unnamed: [/structure\n {2}~ node b: LeakyRelu\(a, alpha=0\.10/],
};

it.each(Object.entries(expected))('%s', async (name, lines) => {
  const [before, after] = await Promise.all(
    ['before', 'after'].map((each) => openModelFile(join(folder, `${name}.${each}.onnx`), folder)),
  );
  if (before === undefined || after === undefined) throw new Error('there are two files');
  const words = differenceInWords(await diff(before, after));
  for (const line of lines) expect(words).toMatch(line);
});

it('finds nothing between any file and itself', async () => {
  const names = readdirSync(folder).filter((each) => each.endsWith('.onnx'));
  expect(names.length).toBeGreaterThanOrEqual(2 * Object.keys(expected).length);
  for (const name of names) {
    const file = await openModelFile(join(folder, name), folder);
    expect(differenceInWords(await diff(file, file)), name).toMatch(
      /structure: the same\n\nweights: all \d+ equal\n/,
    );
  }
});
