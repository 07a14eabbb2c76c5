// A backbone in every form that ONNX has, as Python's onnx writes them: its features are always those of PyTorch.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { goldenInput, goldenNames } from '../../../models/golden.ts';
import type { Shape } from '../../../models/image/shape.ts';
import { decodeModel } from '../../../models/onnx/schema.ts';
import { chooseBackbone, openExtractor, readBackbone } from '../../../train/backbone/index.ts';
import { askedBackbone } from '../../../train/backbone/options.ts';
import { python } from '../../python.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-backbone-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));

const torch = fileURLToPath(new URL('./torch.onnx', import.meta.url));
const expected: number[] = JSON.parse(readFileSync(new URL('./torch.json', import.meta.url), 'utf8')).flat();

const script = `
import os, sys
import numpy as np, onnx
from onnx import TensorProto as T, helper as h, numpy_helper as nh
source, folder = sys.argv[1:]

def write(name, change, **more):
    model = onnx.load(source)
    change(model)
    onnx.save(model, os.path.join(folder, name + '.onnx'), **more)

def typed(model):
    """Every weight in the field of its type."""
    for tensor in model.graph.initializer:
        array = nh.to_array(tensor)
        tensor.CopyFrom(h.make_tensor(tensor.name, tensor.data_type, array.shape, array.ravel()))

def constants(model):
    nodes = [h.make_node('Constant', [], [t.name], value=t) for t in model.graph.initializer]
    del model.graph.initializer[:]
    rest = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes + rest)

def lists(model):
    """Constants as lists of numbers, where they have one axis."""
    constants(model)
    for node in model.graph.node:
        if node.op_type != 'Constant': continue
        array = nh.to_array(node.attribute[0].t)
        if array.ndim != 1: continue
        name = 'value_floats' if array.dtype == np.float32 else 'value_ints'
        node.attribute[0].CopyFrom(h.make_attribute(name, array.tolist()))

def branch(model):
    """All of the network in a branch that is always taken, its weights in there."""
    graph = model.graph
    # The file is for one picture at a time, which only a reshape says: here it takes any number.
    graph.initializer.append(nh.from_array(np.array([0, -1]), 'rows'))
    for node in graph.node:
        if node.op_type == 'Reshape': node.CopyFrom(h.make_node('Reshape', [node.input[0], 'rows'], node.output))
    inner = h.make_graph(list(graph.node), 'then', [], [h.make_tensor_value_info(graph.output[0].name, T.FLOAT, None)], initializer=list(graph.initializer))
    other = h.make_graph([h.make_node('Identity', [graph.input[0].name], ['other'])], 'else', [], [h.make_tensor_value_info('other', T.FLOAT, None)])
    del graph.node[:], graph.initializer[:]
    graph.initializer.append(h.make_tensor('always', T.BOOL, [], [True]))
    graph.node.append(h.make_node('If', ['always'], [graph.output[0].name], then_branch=inner, else_branch=other))

def function(model):
    """Every ReLU a function of the file, which has the name of its domain twice."""
    relu = h.make_function('local', 'MyRelu', ['a'], ['b'], [h.make_node('Constant', [], ['zero'], value_float=0.0), h.make_node('Max', ['a', 'zero'], ['b'])], [h.make_opsetid('', 17)])
    model.functions.append(relu)
    model.opset_import.append(h.make_opsetid('local', 1))
    model.ir_version = 8
    for node in model.graph.node:
        if node.op_type == 'Relu': node.op_type, node.domain = 'MyRelu', 'local'

def domain(model):
    for each in model.opset_import: each.domain = 'ai.onnx'
    for node in model.graph.node: node.domain = 'ai.onnx'

write('typed', typed)
write('constants', constants)
write('lists', lists)
write('external', lambda model: None, save_as_external_data=True, location='weights.bin', size_threshold=0)
write('external-constants', constants, save_as_external_data=True, location='constants.bin', size_threshold=0, convert_attribute=True)
write('branch', branch)
write('function', function)
write('domain', domain)
`;

beforeAll(() => {
  python(script, [torch, folder]);
});

/** Features of the built-in pictures, four at a time. */
async function featuresOf(path: string, args: Parameters<typeof askedBackbone>[1]): Promise<Float32Array> {
  const { backbone, input } = await chooseBackbone(askedBackbone(path, { scaling: 'imagenet', ...args }));
  const shape: Shape = [input.size, input.size, input.channels];
  const extractor = await openExtractor(path, await readBackbone(backbone, input.standardize, shape), shape);
  const features = await extractor.extract(
    Buffer.concat(goldenNames.map((each) => goldenInput(each, shape))),
  );
  await extractor.close();
  return features;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

it.each(['typed', 'constants', 'lists', 'external', 'external-constants', 'function', 'domain'])(
  '%s',
  async (name) => {
    const features = await featuresOf(join(folder, `${name}.onnx`), {});
    // Measured: 2.4e-7.
    expect(largestDifference(features, expected)).toBeLessThan(8e-7);
  },
);

it('a network in a branch: its answers, since what is inside is not seen', async () => {
  const { graph } = decodeModel(readFileSync(torch));
  const answers = await featuresOf(torch, { features: graph.output[0]?.name });
  const features = await featuresOf(join(folder, 'branch.onnx'), { layout: 'nchw' });
  // Measured: 0.
  expect(largestDifference(features, answers)).toBeLessThan(8e-7);
});
