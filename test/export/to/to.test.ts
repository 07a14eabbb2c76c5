// What is promised of the other ways out: what reads each format answers as the network does, with the same labels.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, pipeline, RawImage } from '@huggingface/transformers';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Exportable } from '../../../export/publish/exportable.ts';
import { classifierOf } from '../../../export/tfjs/classifier.ts';
import { networkOfLayers } from '../../../export/tfjs/layers-model.ts';
import { exportTo, findFormat, formats } from '../../../export/to/index.ts';
import { tensorflowPython } from '../../../setup/libraries/tensorflow-python.mjs';
import type { ArchitectureOptions } from '../../../train/architectures/index.ts';
import { tf, uint8Tensor } from '../../../train/graph/tensorflow.ts';
import { argMax } from '../../../train/loop/logits.ts';
import { random } from '../../../train/random.ts';
import { ownCase } from '../networks.ts';
import { difference } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-to-'));
afterAll(() => rmSync(folder, { recursive: true }));

const labels = Array.from({ length: 10 }, (_, i) => `class ${i}`);
const N = 12;

/** Of a probability; the smaller networks stay below 5e-7. */
const TOLERANCE = 5e-6;

type Shape = [height: number, width: number, channels: 1 | 3];
type Tta = 'none' | 'mirror' | 'mirror-shift';

/** A network of ours with random weights, and random pictures. */
function exportable(options: ArchitectureOptions, shape: Shape, tta: Tta = 'none'): Exportable {
  const { fn, variables } = ownCase(options, shape, tta);
  const next = random(3, 'test/pictures');
  const images = Uint8Array.from({ length: N * shape[0] * shape[1] * shape[2] }, () => next() * 256);
  const prepare = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
  return {
    card: {
      name: options.name,
      description: 'a test',
      labels,
      input: { shape, prepare },
      architecture: { name: options.name, parameters: 1 },
      tta,
      recipe: {},
      recipeDigest: '0'.repeat(64),
      datasets: [],
    },
    probabilities: (x) => fn(x) as Tensor,
    variables: variables ?? new Map(),
    judged: { images, labels: new Uint8Array(N), n: N },
  };
}

/** A model of tf.layers from elsewhere, with logits, as `--labels` takes it. */
function fromElsewhere(): Exportable {
  const { layers } = tf;
  const model = tf.sequential({
    layers: [
      layers.conv2d({
        filters: 4,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        inputShape: [16, 16, 3],
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 12, activation: 'tanh' }),
      layers.dense({ units: 10 }),
    ],
  });
  const network = { ...networkOfLayers(model, 'elsewhere'), format: 'layers model', parameters: 1 } as const;
  const about = { name: 'elsewhere', description: 'a test', labels, scaling: '-1..1' } as const;
  const prepare = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
  const next = random(3, 'test/pictures');
  const picture = () => Uint8Array.from({ length: 16 * 16 * 3 }, () => next() * 256);
  const pictures = Array.from({ length: N }, picture);
  return classifierOf({ ...network, digest: '' }, { ...about, prepare }, pictures);
}

const networks = {
  airbench: exportable({ name: 'airbench', widths: [8, 12, 12] }, [32, 32, 3]),
  'airbench-tta': exportable({ name: 'airbench', widths: [8, 12, 12] }, [32, 32, 3], 'mirror-shift'),
  'conv-net': exportable({ name: 'conv-net', filters: [4, 6], units: 16, initializer: 'small' }, [28, 28, 1]),
  elsewhere: fromElsewhere(),
  efficientnet: exportable({ name: 'efficientnet-lite0', dropout: 0.2 }, [32, 32, 3]),
  resnet: exportable(
    { name: 'resnet', blocks: [1, 1], widths: [8, 12], stem: 'small', dropout: 0 },
    [32, 32, 3],
  ),
  'fully-connected': exportable({ name: 'fully-connected', units: [16], initializer: 'small' }, [28, 28, 1]),
  'small-cnn': exportable({ name: 'small-cnn', filters: [4, 6, 8] }, [28, 28, 1]),
  vgg: exportable(
    { name: 'vgg', batchNorm: true, dropout: 0.5, widths: [4, 6, 8, 8], hidden: 16 },
    [32, 32, 3],
  ),
  'vgg-padded': exportable(
    { name: 'vgg', batchNorm: false, dropout: 0, widths: [4, 6, 8, 8], hidden: 16 },
    [28, 28, 1],
  ),
} satisfies Record<string, Exportable>;

/** Of these, tf.layers has no layers for mirrored views and mirrored edges, and a chain of layers no branches. */
const NO_LAYERS = ['airbench-tta', 'efficientnet', 'resnet', 'vgg-padded'];

const pathOf = (format: string, name: string) => join(folder, format, name);

/** The network's own answers, by eager tfjs. */
function expected({ probabilities, card, judged: test }: Exportable): Float32Array {
  return tf.tidy(() =>
    Float32Array.from(
      probabilities(uint8Tensor(test.images as Uint8Array, [N, ...card.input.shape])).dataSync(),
    ),
  );
}

const written = new Map<string, number>();
beforeAll(async () => {
  for (const format of Object.keys(formats))
    for (const [name, network] of Object.entries(networks)) {
      if (format === 'tfjs-layers' && NO_LAYERS.includes(name)) continue;
      const { maxProbabilityDifference } = await exportTo(findFormat(format), network, pathOf(format, name));
      written.set(`${format} ${name}`, maxProbabilityDifference);
    }
});

it('read back, every format answers as the network: 2.1e-6 measured, of the 49 convolutions of EfficientNet', () => {
  expect(written.size).toBe(4 * 10 - 4);
  for (const [what, gap] of written) expect(gap, what).toBeLessThan(TOLERANCE);
});

describe('tfjs', () => {
  it.each(Object.keys(networks))('%s', async (name) => {
    const network = networks[name as keyof typeof networks];
    const { judged: test, card } = network;
    const pixels = tf.tensor(test.images as Uint8Array, [N, ...card.input.shape], 'int32');
    const graph = await tf.loadGraphModel(`file://${pathOf('tfjs-graph', name)}/model.json`);
    const answers = [(graph.predict(pixels) as Tensor).dataSync()];
    if (!NO_LAYERS.includes(name)) {
      const layers = await tf.loadLayersModel(`file://${pathOf('tfjs-layers', name)}/model.json`);
      answers.push((layers.predict(tf.cast(pixels, 'float32')) as Tensor).dataSync());
    }
    // Measured: 3e-8.
    for (const answer of answers) expect(difference(expected(network), answer)).toBeLessThan(2e-7);
  });

  it('a layers model keeps the names and values of the weights, and can be trained on', async () => {
    const model = await tf.loadLayersModel(`file://${pathOf('tfjs-layers', 'small-cnn')}/model.json`);
    // tfjs counts up the names of a process that has loaded several models.
    const weights = new Map(model.weights.map((weight) => [weight.originalName, weight.read().dataSync()]));
    for (const [name, variable] of networks['small-cnn'].variables)
      expect(weights.get(name), name).toEqual(variable.dataSync());
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const [x, y] = [tf.zeros([2, 28, 28, 1]), tf.oneHot([1, 2], 10)];
    expect(Number.isFinite(Number(await model.trainOnBatch(x, y)))).toBe(true);
  });
});

const loadSavedModels = `
import json, sys, numpy, tensorflow as tf
for line in sys.stdin:
    path, shape, pixels = json.loads(line)
    serve = tf.saved_model.load(path).signatures['serving_default']
    image = numpy.fromfile(pixels, numpy.uint8).reshape(shape)
    print(json.dumps(serve(image=tf.constant(image))['probabilities'].numpy().ravel().tolist()))`;

it('TensorFlow loads each SavedModel by its signature serving_default, and answers the same', async () => {
  const { executable, env: environment } = await tensorflowPython();
  const lines = Object.entries(networks).map(([name, { judged: test, card }]) => {
    const pixels = join(folder, `${name}.bin`);
    writeFileSync(pixels, test.images as Uint8Array);
    return JSON.stringify([pathOf('saved-model', name), [N, ...card.input.shape], pixels]);
  });
  const { stdout, stderr } = spawnSync(executable, ['-c', loadSavedModels], {
    input: lines.join('\n'),
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  const answers = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as number[]);
  expect(answers.length, stderr).toBe(lines.length);
  for (const [i, network] of Object.values(networks).entries())
    expect(difference(expected(network), answers[i] ?? [])).toBeLessThan(TOLERANCE);
});

describe('transformers.js', () => {
  it.each(Object.keys(networks))(
    '%s: its pipeline loads the folder from disk and says the same labels',
    async (name) => {
      const network = networks[name as keyof typeof networks];
      const { judged: test, card } = network;
      const [height, width, channels] = card.input.shape;
      const { fetch } = globalThis;
      globalThis.fetch = (...args) => Promise.reject(new Error(`asked the network for ${args[0]}`));
      try {
        env.allowRemoteModels = false;
        env.localModelPath = pathOf('transformers', '');
        const classify = await pipeline('image-classification', name, { dtype: 'fp32', device: 'cpu' });
        const answers = expected(network);
        const size = height * width * channels;
        for (let i = 0; i < N; i++) {
          const pixels = (test.images as Uint8Array).slice(i * size, (i + 1) * size);
          const scores = await classify(new RawImage(pixels, width, height, channels), { top_k: 10 });
          const row = answers.subarray(i * 10, (i + 1) * 10);
          expect(scores[0]?.label).toBe(labels[argMax(row)]);
          for (const { label, score } of scores)
            expect(Math.abs(score - (row[labels.indexOf(label)] ?? Number.NaN))).toBeLessThan(TOLERANCE);
        }
        await classify.dispose();
      } finally {
        globalThis.fetch = fetch;
      }
    },
  );
});

describe('exportTo', () => {
  it('says what tf.layers cannot do', async () => {
    for (const name of NO_LAYERS)
      await expect(
        exportTo(findFormat('tfjs-layers'), networks[name as keyof typeof networks], join(folder, 'none')),
      ).rejects.toThrow(/use --to tfjs-graph/);
    expect(readdirSync(folder)).not.toContain('none');
  });

  it('replaces a folder of its own, and nothing else', async () => {
    const path = join(folder, 'mine');
    await exportTo(findFormat('saved-model'), networks.vgg, path);
    await exportTo(findFormat('tfjs-graph'), networks.vgg, path);
    expect(readdirSync(path).sort()).toEqual(['group1-shard1of1.bin', 'model.json', 'trainyard.json']);
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.txt'), 'all of it');
    await expect(exportTo(findFormat('tfjs-graph'), networks.vgg, other)).rejects.toThrow(
      /holds something else \(thesis\.txt\)/,
    );
    expect(readFileSync(join(other, 'thesis.txt'), 'utf8')).toBe('all of it');
  });

  it('knows the nearest name', () => {
    expect(() => findFormat('tfjs-grap')).toThrow(/Did you mean tfjs-graph\?/);
  });
});
