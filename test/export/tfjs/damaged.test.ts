// What is promised of damaged models: a sentence that says what is wrong, little memory, and nothing written.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { nameOf, readNetwork } from '../../../export/tfjs/read.ts';
import { withSize } from '../../../export/trace/input.ts';
import { UserError } from '../../../models/errors.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { type ModelJson, saveGraph, saveLayers, writeModelJson } from './saved.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-damaged-'));
const out = join(folder, 'out');
let json: ModelJson;
let shards: Record<string, Uint8Array>;

beforeAll(async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 3, inputShape: [8, 8, 3] }),
      tf.layers.flatten({ name: 'flat' }),
      tf.layers.dense({ name: 'head', units: 3 }),
    ],
  });
  ({ json, shards } = await saveLayers(join(folder, 'whole'), model));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('names a weight that is text, and a layer that keeps a state', async () => {
  const [weights] = json.weightsManifest;
  const words = { name: 'vocabulary', shape: [2], dtype: 'string' };
  const manifest = [{ paths: weights?.paths ?? [], weights: [...(weights?.weights ?? []), words] }];
  const text = writeModelJson(join(folder, 'text'), { ...json, weightsManifest: manifest as never }, shards);
  await expect(readNetwork(text)).rejects.toThrow(
    /weight vocabulary is text \(string\)\. Models that work on text are not exported/,
  );
  const model = tf.sequential({
    layers: [tf.layers.lstm({ name: 'memory', units: 2, stateful: true, batchInputShape: [1, 3, 2] })],
  });
  const { path } = await saveLayers(join(folder, 'stateful'), model);
  await expect(readNetwork(path)).rejects.toThrow(/Layer memory is stateful: .*`stateful: false`/);
});

it('names a model by its file, or by the nearest folder that says what it is', () => {
  const names = ['/m/face.json', '/m/hand.json', '/m/face/model.json', '/m/hand/1/model.json', '/m/hand/2'];
  expect(names.map(nameOf)).toEqual(['face', 'hand', 'face', 'hand', 'hand']);
  expect(nameOf('/model.json')).toBe('');
});

const half = (bytes: Uint8Array) => bytes.subarray(0, Math.floor(bytes.length / 2));
const last = 'group1-shard2of2.bin';
const group = (model: ModelJson) => model.weightsManifest[0] as ModelJson['weightsManifest'][number];
const firstWeight = (model: ModelJson) => group(model).weights[0] as { shape: number[] };
const config = (model: ModelJson, index: number) => {
  const { layers } = model.modelTopology.config as { layers: { config: Record<string, unknown> }[] };
  return layers[index]?.config as Record<string, unknown>;
};
const layer = (name: string, from: string) => ({
  class_name: 'Activation',
  name,
  config: { name, activation: 'relu' },
  inbound_nodes: [[[from, 0, 0, {}]]],
});

const functional = (layers: unknown[], shape: unknown[] = [null, 4]): ModelJson => ({
  format: 'layers-model',
  modelTopology: {
    class_name: 'Model',
    config: {
      name: 'model',
      layers: [
        {
          class_name: 'InputLayer',
          name: 'x',
          config: { name: 'x', batch_input_shape: shape, dtype: 'float32' },
          inbound_nodes: [],
        },
        ...layers,
      ],
      input_layers: [['x', 0, 0]],
      output_layers: [['b', 0, 0]],
    },
  },
  weightsManifest: [],
});

type Damage = (model: ModelJson, files: Record<string, Uint8Array>) => void;

const damages: Record<string, { damage: Damage; says: RegExp }> = {
  'a shard that is cut off': {
    damage: (_, files) => {
      files[last] = half(files[last] as Uint8Array);
    },
    says: /says that its weights have \d+ bytes.*have \d+\. The files are cut off/,
  },
  'a shard that is too long': {
    damage: (_, files) => {
      files[last] = Buffer.concat([files[last] as Uint8Array, new Uint8Array(3)]);
    },
    says: /cut off, mixed up or of another model/,
  },
  'a shard that is missing': {
    damage: (_, files) => {
      delete files[last];
    },
    says: /group1-shard2of2\.bin is not there, though .*model\.json names it/,
  },
  'a weight of 10 GB in the manifest': {
    damage: (model) => {
      firstWeight(model).shape = [50_000, 50_000];
    },
    says: /The largest weight is conv.*kernel \[50000,50000\], 10000000000 bytes/,
  },
  'a weight of no size that is a number': {
    damage: (model) => {
      firstWeight(model).shape = [-3, 3];
    },
    says: /no model\.json of tfjs: weightsManifest\.0\.weights\.0\.shape\.0/,
  },
  'a layer of 10 GB in the topology': {
    damage: (model) => {
      config(model, 2).units = 35_000_000;
    },
    says: /Layer head wants a weight kernel \[72,35000000\].*more numbers than the \d+ that the weight files hold/,
  },
  'an input of 40 GB': {
    damage: (model) => {
      Object.assign(model, functional([layer('b', 'x')], [null, 60_000, 60_000, 3]));
    },
    says: /Layer x makes \[,60000,60000,3\] of each picture, 1\.1e\+10 numbers; up to/,
  },
  'a weight file outside the folder': {
    damage: (model) => {
      group(model).paths[0] = '../../../etc/passwd';
    },
    says: /names a weight file outside its own folder/,
  },
  'two weights of one name': {
    damage: (model) => {
      const [first, second] = group(model).weights;
      if (first && second) second.name = first.name;
    },
    says: /has two weights called conv/,
  },
  'a layer that tfjs does not know': {
    damage: (model) => {
      const { layers } = model.modelTopology.config as { layers: { class_name: string }[] };
      if (layers[1]) layers[1].class_name = 'Frobnicate';
    },
    says: /could not be loaded by tfjs: Unknown layer: Frobnicate.*registerClass/,
  },
  'layers in a circle': {
    damage: (model) => {
      Object.assign(model, functional([layer('a', 'b'), layer('b', 'a')]));
    },
    says: /its layers depend on each other in a circle: (a <- b <- a|b <- a <- b)/,
  },
  'a layer behind one that is not there': {
    damage: (model) => {
      Object.assign(model, functional([layer('b', 'nowhere')]));
    },
    says: /layer b takes its input from nowhere, which is not there/,
  },
  'no topology': {
    damage: (model) => {
      Object.assign(model, { modelTopology: 7 });
    },
    says: /no model\.json of tfjs: modelTopology/,
  },
};

it.each(Object.entries(damages))('%s', async (name, { damage, says }) => {
  const [model, files] = [structuredClone(json), { ...shards }];
  damage(model, files);
  const path = writeModelJson(join(folder, name), model, files);
  await expectRefusal(path, says);
});

async function expectRefusal(path: string, says: RegExp): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  const attempt = async () => {
    const network = await readNetwork(path);
    await exportNetwork({ ...network, inputs: withSize(network.inputs) }, join(out, 'model.onnx'));
  };
  const error = await attempt().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toMatch(says);
  expect((process.resourceUsage().maxRSS - before) / 1e3).toBeLessThan(200); // MB
  expect(() => readdirSync(out)).toThrow(/ENOENT/);
}

it('JSON that is cut off', async () => {
  const path = join(folder, 'cut.json');
  writeFileSync(path, JSON.stringify(json).slice(0, 500));
  await expectRefusal(path, /is not JSON, or is cut off/);
});

it('brackets 100,000 deep', async () => {
  const path = join(folder, 'deep.json');
  writeFileSync(path, '['.repeat(100_000) + ']'.repeat(100_000));
  await expectRefusal(path, /is not JSON, or is cut off|no model\.json of tfjs/);
});

it('a file that is not there', () => expectRefusal(join(folder, 'nowhere', 'model.json'), /is not there/));

const placeholder = {
  name: 'x',
  op: 'Placeholder',
  input: [],
  attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: '-1' }, { size: '4' }] } } },
};

it.each([
  [
    'nodes in a circle',
    [placeholder, op('a', 'Relu', 'b'), op('b', 'Relu', 'a')],
    /its nodes depend on each other in a circle/,
  ],
  [
    'an op that tfjs does not know',
    [placeholder, op('y', 'Frobnicate', 'x')],
    /could not be run by tfjs: Unknown op 'Frobnicate'/,
  ],
])('a graph model with %s', async (name, nodes, says) => {
  await expectRefusal(
    saveGraph(join(folder, name), nodes, { w: { shape: [1], values: Float32Array.of(1) } }),
    says,
  );
});

function op(name: string, kind: string, input: string) {
  return { name, op: kind, input: [input], attr: { T: { type: 'DT_FLOAT' } } };
}
