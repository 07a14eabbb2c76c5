// What is inside of a model, against Python's onnxruntime: maps by the names of their values, and what the answer is without one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { foldBatchNorm } from '../../../export/passes/batch-norm.ts';
import { removeDead } from '../../../export/passes/dead.ts';
import { calibrate } from '../../../export/quantize/calibrate.ts';
import { toFloat16 } from '../../../export/quantize/float16.ts';
import { toInt8, valuesToCalibrate } from '../../../export/quantize/int8.ts';
import { readCard } from '../../../models/card.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import type { OpenGraph } from '../../../web-demo/component/graph.ts';
import { layerGraph } from '../../../web-demo/component/layer-graph.ts';
import { openInside } from '../../../web-demo/component/layers.ts';
import { strongest } from '../../../web-demo/component/strongest.ts';
import { python } from '../../python.ts';
import { shippedModels } from '../../shipped.ts';

/** A stroke that bends, in every color. */
function picture([height, width, channels]: readonly [number, number, number]): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, at) => {
    const [x, y] = [Math.floor(at / channels) % width, Math.floor(at / channels / width)];
    const far = Math.abs(x - width / 2 - 6 * Math.sin(y / 5)) + (at % channels);
    return y < 4 || y > height - 5 ? 0 : Math.max(0, 255 - 80 * far);
  });
}

const open: OpenGraph = async (bytes) => {
  const session = await ort.InferenceSession.create(bytes);
  return {
    async run(feeds, outputs) {
      const tensors = Object.entries(feeds).map(([name, { data, dims }]) => [
        name,
        data instanceof Uint8Array
          ? new ort.Tensor('uint8', data, dims)
          : new ort.Tensor('float32', data, dims),
      ]);
      const results = await session.run(Object.fromEntries(tensors), outputs);
      return outputs.map((name) => {
        const { data, dims } = results[name] ?? {};
        if (!(data instanceof Float32Array) || !dims) throw new Error(`no ${name}`);
        return { data, dims };
      });
    },
  };
};

/**
 * The values of the file by their names `[H,W,C]`, and for some maps of each the fall of the log-odds: of what comes after a
 * value, cut out by onnx, fed with the value without the map.
 */
const reference = `
import json, sys, onnx, numpy as np, onnxruntime as ort
path, shape, asked = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
model = onnx.load(path)
for name in asked: model.graph.output.append(onnx.ValueInfoProto(name=name))
image = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape([1] + shape)
session = ort.InferenceSession(model.SerializeToString())
names = [output.name for output in session.get_outputs()]
values = dict(zip(names, session.run(None, {'image': image})))
best = int(values['probabilities'].argmax())
def odds(rows):
    rows = rows.astype(np.float64)
    others = np.delete(rows, best, axis=1).sum(axis=1)
    return np.log(rows[:, best]) - np.log(others)
whole = odds(values['probabilities'])[0]
shaped = onnx.shape_inference.infer_shapes(onnx.load(path))
found = {}
for name, channels in asked.items():
    rest = onnx.utils.Extractor(shaped).extract_model([name], ['probabilities'])
    session = ort.InferenceSession(rest.SerializeToString())
    falls = []
    for channel in channels:
        without = values[name].copy()
        without[:, channel] = 0
        falls.append(float(whole - odds(session.run(None, {name: without})[0])[0]))
    value = values[name][0].transpose(1, 2, 0)
    found[name] = dict(shape=value.shape, maps=value.ravel().tolist(), falls=falls)
print(json.dumps(found))`;

/** A file in which digits calculates in float16, made by onnxruntime's own converter. */
const calculatesInHalf = `
import sys, onnx
from onnxruntime.transformers.float16 import convert_float_to_float16
model = convert_float_to_float16(onnx.load(sys.argv[1]), keep_io_types=True)
onnx.save(model, sys.argv[2])`;

/** The shipped digits in another form; the folder goes with the tests. */
const folder = mkdtempSync(join(tmpdir(), 'trainyard-layers-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function digitsAs(form: 'float16 weights' | 'float16' | 'int8'): Promise<string> {
  const path = join(folder, `${form}.onnx`);
  if (form === 'float16') {
    python(calculatesInHalf, [shippedModels.digits, path]);
    return path;
  }
  const model = decodeModel(readFileSync(shippedModels.digits));
  if (form === 'float16 weights') writeFileSync(path, encodeModel(toFloat16(model)));
  else {
    const folded = { ...model, graph: removeDead(foldBatchNorm(model.graph)) };
    const values = valuesToCalibrate(folded);
    const ranges = await calibrate(folded, values, picture([28, 28, 1]), [28, 28, 1]);
    writeFileSync(path, encodeModel(toInt8(folded, ranges)));
  }
  return path;
}

const DIGITS = 'Relu MaxPool Relu_1 Relu_2 MaxPool_1 Relu_3 Relu_4 MaxPool_2';
const INT8 = DIGITS.replaceAll(/\w+/g, '$&/dequantized');
const CIFAR =
  'Mul_3 group1/conv1/Conv Mul_6 Mul_9 group2/conv1/Conv Mul_12 Mul_15 group3/conv1/Conv Mul_18 Mul_21 MaxPool_3';

test.each([
  ['digits', () => shippedModels.digits, 64, 8, DIGITS, 1e-6, 1e-5], // measured: 0 and 1.4e-7
  ['cifar', () => shippedModels.cifar, 4, 11, CIFAR, 1e-6, 1e-5],
  ['digits with weights in float16', () => digitsAs('float16 weights'), 16, 8, DIGITS, 1e-6, 1e-5],
  ['digits in float16', () => digitsAs('float16'), 16, 8, DIGITS, 1e-3, 5e-3], // 2.9e-4 and 1.5e-3: onnxruntime rounds less often
  ['digits in int8', () => digitsAs('int8'), 16, 8, INT8, 1e-6, 1e-5],
])(
  'maps and contributions of %s are those of Python',
  async (_, make, tried, count, values, mapsApart, fallsApart) => {
    const path = await make();
    const bytes = readFileSync(path);
    const card = readCard(bytes);
    const input = picture(card.input.shape);
    const look = await openInside(bytes, card, (changed) => open(changed, { threads: 1, wasm: '' }));
    const { layers } = await look(input, tried, new AbortController().signal);
    expect(layers).toHaveLength(count);
    expect(layers.map(({ value }) => value).join(' ')).toBe(values);
    const asked = Object.fromEntries(
      layers.map(({ value, maps, shape }) => [value, strongest(maps, shape[2], tried)]),
    );
    const theirs = JSON.parse(
      python(reference, [path, JSON.stringify(card.input.shape), JSON.stringify(asked)], Buffer.from(input)),
    );
    let [map, fall] = [0, 0];
    for (const { value, shape, maps, contributions = new Float32Array() } of layers) {
      const { [value]: their } = theirs;
      expect([...shape]).toEqual(their.shape);
      const largest = maps.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
      for (const [i, number] of maps.entries())
        map = Math.max(map, Math.abs(number - their.maps[i]) / largest);
      for (const [i, channel] of (asked[value] ?? []).entries())
        fall = Math.max(fall, Math.abs((contributions[channel] ?? Number.NaN) - their.falls[i]));
      expect([...contributions].filter((each) => !Number.isNaN(each))).toHaveLength(
        Math.min(tried, shape[2]),
      );
    }
    expect(map).toBeLessThanOrEqual(mapsApart); // of the largest number of a layer
    expect(fall).toBeLessThanOrEqual(fallsApart);
  },
);

test('without contributions it runs once; a signal ends the runs for them', async () => {
  const bytes = readFileSync(shippedModels.digits);
  const card = readCard(bytes);
  const asked: number[] = [];
  const stopping = new AbortController();
  const look = await openInside(bytes, card, async (changed) => {
    const graph = await open(changed, { threads: 1, wasm: '' });
    return {
      run(feeds, outputs) {
        asked.push(outputs.length);
        if (asked.length === 3) stopping.abort();
        return graph.run(feeds, outputs);
      },
    };
  });
  const input = picture(card.input.shape);
  expect((await look(input, 0, stopping.signal)).layers[0]?.contributions).toBeUndefined();
  await expect(look(input, 64, stopping.signal)).rejects.toThrow('aborted');
  expect(asked).toEqual([9, 9, 1]);
});

test('what is added is named like nothing in the file, and the file’s own values stay', () => {
  const model = decodeModel(readFileSync(shippedModels.digits));
  const [first] = model.graph.initializer;
  model.graph.initializer.push({ ...first, name: 'conv1/Conv/cover', dims: [], data_type: 1 });
  const { layers, model: changed } = layerGraph(model, 'image');
  expect(layers[0]).toEqual({
    ...{ name: 'conv1/Conv', kind: 'convolution', value: 'Relu' },
    ...{ maps: 'conv1/Conv/maps', cover: 'conv1/Conv/cover_1' },
  });
  const made = new Set(changed.graph.node.flatMap(({ output }) => output));
  expect(model.graph.node.flatMap(({ output }) => output).filter((name) => !made.has(name))).toEqual([]);
});

test('the detector of novelty, whose answer nobody asks for, is no part of what runs', async () => {
  const bytes = readFileSync(shippedModels.digits);
  const own = ({ output }: { output: string[] }) => output.some((name) => name.startsWith('novelty'));
  expect(decodeModel(bytes).graph.node.filter(own).length).toBeGreaterThan(5);
  const opened: Uint8Array[] = [];
  await openInside(bytes, readCard(bytes), (changed) => {
    opened.push(changed);
    return open(changed, { threads: 1, wasm: '' });
  });
  expect(opened).toHaveLength(1);
  const { node, output } = decodeModel(opened[0] ?? new Uint8Array()).graph;
  expect(node.filter(own)).toEqual([]);
  expect(output.map(({ name }) => name)).not.toContain('novelty');
});
