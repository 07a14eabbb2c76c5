// What `trainyard inspect` says of files in other forms: what is in branches, constants and functions, as Python's onnx writes it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeWithWork } from '../../../export/inspect/describe.ts';
import { inspectionInWords } from '../../../export/inspect/text.ts';
import { python } from '../../python.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-inspect-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));

const script = `
import sys, os
import numpy as np, onnx
from onnx import TensorProto as T, helper as h
info = h.make_tensor_value_info
half = h.make_tensor('w', T.FLOAT16, [4], np.array([0.5, -1.5, 2, 3], np.float16))
relu = h.make_function('local', 'F', ['a'], ['b'], [h.make_node('Relu', ['a'], ['b'])], [h.make_opsetid('', 17)])
branch = lambda name: h.make_graph([h.make_node('Add', ['r', 'c'], [name])], name, [], [info(name, T.FLOAT16, None)])
nodes = [
    h.make_node('Constant', [], ['c'], value=h.make_tensor('', T.FLOAT16, [4], np.ones(4, np.float16))),
    h.make_node('Add', ['x', 'w'], ['s']),
    h.make_node('F', ['s'], ['r'], domain='local'),
    h.make_node('If', ['t'], ['y'], then_branch=branch('p'), else_branch=branch('q')),
]
graph = h.make_graph(nodes, 'g', [info('w', T.FLOAT16, [4]), info('x', T.FLOAT16, ['N', 'features'])], [info('y', T.FLOAT16, None)], initializer=[half, h.make_tensor('t', T.BOOL, [], [True])])
opsets = [h.make_opsetid('ai.onnx', 17), h.make_opsetid('local', 1)]
model = h.make_model(graph, opset_imports=opsets, functions=[relu], ir_version=8)
onnx.save(model, sys.argv[1])
`;

it('counts nodes and weights wherever they are, and no weight as an input', async () => {
  const path = join(folder, 'forms.onnx');
  python(script, [path]);
  const described = await describeWithWork(path, { features: 4 });
  if (described.kind !== 'model') throw new Error('it is a model');
  expect(described).toMatchObject({
    ...{ opset: 17, inputs: ['x'], outputs: ['y'], sizes: ['features'] },
    runtimes: { foreign: [], anyBatch: true },
  });
  const ops = Object.fromEntries(described.ops.map(({ op, count }) => [op, count]));
  expect(ops).toEqual({ Constant: 1, Add: 3, F: 1, If: 1, Relu: 1 });
  const weights = new Map(described.tensors.map((each) => [each.name, each.statistics]));
  expect([...weights.keys()]).toEqual(['w', 't', 'c']);
  expect(weights.get('w')).toMatchObject({ mean: 1, min: -1.5, max: 3, zeros: 0 });
  expect(weights.get('c')).toMatchObject({ mean: 1, deviation: 0 });
  expect(typeof described.work).toBe('object');
  // Without its sizes it cannot be run, and what to give is said.
  expect(inspectionInWords(await describeWithWork(path, { features: 3 }))).toMatch(
    /could not be run here: .*\n {2}its sizes vary; to give them: --sizes features=224\n/,
  );
});
