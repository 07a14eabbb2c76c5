// A classifier from elsewhere, exported with labels: it takes bytes, gives probabilities, and its card says what it is.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFolderPictures } from '../../../export/files/pictures.ts';
import { exportModel } from '../../../export/publish/export.ts';
import { type About, classifierOf } from '../../../export/tfjs/classifier.ts';
import { drawnPictures } from '../../../export/tfjs/drawn-pictures.ts';
import { readNetwork } from '../../../export/tfjs/read.ts';
import { exportTo, findFormat } from '../../../export/to/index.ts';
import { withSize } from '../../../export/trace/input.ts';
import { readCard } from '../../../models/card.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { type Scaling, scalings } from '../../../train/backbone/scaling.ts';
import { tf, uint8Tensor } from '../../../train/graph/tensorflow.ts';
import { saveLayers } from './saved.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-classifier-'));
const repository = join(folder, 'models');
let path: string;

beforeAll(async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 6,
        kernelSize: 3,
        strides: 2,
        activation: 'relu',
        inputShape: [null, null, 3],
      }),
      tf.layers.globalAveragePooling2d({}),
      // Logits: no softmax.
      tf.layers.dense({ units: 3 }),
    ],
  });
  ({ path } = await saveLayers(join(folder, 'any'), model));
});
afterAll(() => rmSync(folder, { recursive: true }));

const about = (scaling: Scaling): About => ({
  name: `pets-${scaling.replace(/\W+/g, '-').replace(/^-/, '')}`,
  description: 'Tells pets apart',
  labels: ['cat', 'dog', 'owl'],
  scaling,
  prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
});

const sized = async () => {
  const network = await readNetwork(path);
  return { ...network, inputs: withSize(network.inputs, { height: 20, width: 24 }) };
};

it.each(Object.keys(scalings) as Scaling[])(
  'scales bytes to %s inside the file, and softens logits',
  async (scaling) => {
    const network = await sized();
    const [picture = new Uint8Array()] = drawnPictures([20, 24, 3]);
    const file = await exportModel(classifierOf(network, about(scaling), [picture]), { repository });
    const bytes = readFileSync(file.path);
    expect(readCard(bytes)).toMatchObject({
      name: about(scaling).name,
      labels: ['cat', 'dog', 'owl'],
      input: { shape: [20, 24, 3], prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' } },
      architecture: { parameters: 6 * 27 + 6 + 18 + 3 },
      recipe: { format: 'layers model', scaling, output: 'logits' },
      metrics: null,
      parity: { n: 1, changedLabels: 0 },
    });
    const { mean, deviation } = scalings[scaling];
    const expected = tf.tidy(() => {
      const pixels = tf.tensor(Float32Array.from(picture), [1, 20, 24, 3]);
      const scaled = tf.div(tf.sub(tf.div(pixels, 255), [...mean]), [...deviation]);
      return tf.softmax(network.run([scaled])[0] ?? tf.scalar(0)).dataSync();
    });
    const session = await ort.InferenceSession.create(file.path);
    const { probabilities } = await session.run({ image: new ort.Tensor('uint8', picture, [1, 20, 24, 3]) });
    await session.release();
    const got = probabilities?.data as Float32Array;
    // 2.4e-7 measured.
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (got[i] ?? Number.NaN))))).toBeLessThan(
      1e-6,
    );
  },
);

it.each(['tfjs-graph', 'saved-model', 'transformers'])('is written as %s, too', async (to) => {
  const model = classifierOf(await sized(), about('imagenet'), drawnPictures([20, 24, 3]));
  const parity = await exportTo(findFormat(to), model, join(folder, to));
  expect(parity).toMatchObject({ n: 12, changedLabels: 0 });
  // 1.8e-7 measured.
  expect(parity.maxProbabilityDifference).toBeLessThan(6e-7);
});

it.each([
  ['tfjs-graph', 'model.json', 'int32'],
  ['saved-model', '', 'uint8'],
])('comes back from %s, whose input is whole numbers', async (to, file, type) => {
  const pictures = drawnPictures([20, 24, 3]);
  const model = classifierOf(await sized(), about('imagenet'), pictures);
  const out = join(folder, 'back', to);
  await exportTo(findFormat(to), model, out);
  const network = await readNetwork(join(out, file));
  expect(network.inputs).toMatchObject([{ type, shape: ['N', 20, 24, 3] }]);
  expect(() => classifierOf(network, about('imagenet'), pictures)).toThrow(
    new RegExp(`takes ${type}, the bytes of pictures.*--scaling 0..255.*received imagenet`),
  );
  const back = classifierOf(network, { ...about('0..255'), name: to }, pictures);
  const exported = await exportModel(back, { repository });
  expect(readCard(readFileSync(exported.path))).toMatchObject({
    recipe: { scaling: '0..255', output: 'probabilities' },
    parity: { n: 12, changedLabels: 0 },
  });
  const images = uint8Tensor(Buffer.concat(pictures), [pictures.length, 20, 24, 3]);
  const [before, after] = [model, back].map(({ probabilities }) => probabilities(images).dataSync());
  // 0 measured.
  expect(
    Math.max(...[...(after ?? [])].map((p, i) => Math.abs(p - (before?.[i] ?? Number.NaN)))),
  ).toBeLessThan(1e-7);
});

it('is compared on the pictures of a folder, prepared as the server does', async () => {
  const input = { shape: [20, 24, 3] as [number, number, 3], prepare: about('0..1').prepare };
  const png = sharp({
    create: { width: 48, height: 40, channels: 3, background: { r: 200, g: 30, b: 60 } },
  }).png();
  const photos = join(folder, 'photos');
  mkdirSync(join(photos, 'empty'), { recursive: true });
  writeFileSync(join(photos, 'red.png'), await png.toBuffer());
  const { images } = await readFolderPictures(photos, input);
  expect([...images.subarray(0, 6)]).toEqual([200, 30, 60, 200, 30, 60]);
  // What systems leave is none, whatever its ending; what browsers save is one.
  writeFileSync(join(photos, '._red.png'), 'of macOS');
  writeFileSync(join(photos, 'tweet.jpg_large'), await png.jpeg().toBuffer());
  expect((await readFolderPictures(photos, input)).names).toEqual(['red.png', 'tweet.jpg_large']);
  writeFileSync(join(photos, 'broken.jpg'), 'no picture');
  await expect(readFolderPictures(photos, input)).rejects.toThrow(/broken\.jpg cannot be used/);
  rmSync(join(photos, 'broken.jpg'));
  await expect(readFolderPictures(join(photos, 'empty'), input)).rejects.toThrow(
    /holds no JPEG, PNG, WebP, GIF, BMP and TIFF files/,
  );
});

it('may ask for the number of pictures, as a recurrent layer does; other formats than ONNX cannot', async () => {
  const { layers } = tf;
  const recurrent = tf.sequential({
    layers: [
      layers.reshape({ targetShape: [6, 15], inputShape: [6, 5, 3] }),
      layers.gru({ units: 4 }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  const saved = await saveLayers(join(folder, 'recurrent'), recurrent);
  const network = await readNetwork(saved.path);
  const model = classifierOf(network, { ...about('0..1'), name: 'rows' }, drawnPictures([6, 5, 3]));
  const { parity } = await exportModel(model, { repository });
  expect(parity).toMatchObject({ n: 12, changedLabels: 0 });
  // 1.2e-7 measured.
  expect(parity.maxProbabilityDifference).toBeLessThan(5e-7);
  await expect(exportTo(findFormat('saved-model'), model, join(folder, 'rows'))).rejects.toThrow(
    /Fill .* asks for the number of pictures in a way that other formats cannot hold: leave --to out/,
  );
});

it('says what is missing: labels, a size', async () => {
  const network = await sized();
  const two = { ...about('0..1'), labels: ['cat', 'dog'] };
  expect(() => classifierOf(network, two, [])).toThrow(/has 3 classes; received 2 labels\. Name them all/);
  const anySize = await readNetwork(path);
  expect(() => classifierOf(anySize, about('0..1'), [])).toThrow(/pictures of any size.*--size 224/);
});

it.each([
  ['a probability', 'sigmoid'],
  ['a logit', 'linear'],
] as const)('makes two classes of one number, %s of the second', async (_, activation) => {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({
        ...{ units: 1, activation },
        kernelInitializer: tf.initializers.randomUniform({ minval: -0.4, maxval: 0.4, seed: 3 }),
      }),
    ],
  });
  const saved = await saveLayers(join(folder, activation), model);
  const network = await readNetwork(saved.path);
  const pets: About = { ...about('0..1'), name: activation, labels: ['cat', 'dog'] };
  const pictures = drawnPictures([8, 8, 3]);
  expect(() => classifierOf(network, { ...pets, labels: ['dog'] }, pictures)).toThrow(
    /gives one number for each picture, .*received 1 label\. Name both, the one that 1 stands for last/,
  );
  const file = await exportModel(classifierOf(network, pets, pictures), { repository });
  const session = await ort.InferenceSession.create(file.path);
  const [picture = new Uint8Array()] = pictures;
  const { probabilities } = await session.run({ image: new ort.Tensor('uint8', picture, [1, 8, 8, 3]) });
  await session.release();
  const [number = 0] = tf.tidy(() => {
    const pixels = tf.div(tf.tensor(Float32Array.from(picture), [1, 8, 8, 3]), 255);
    return (network.run([pixels])[0] ?? tf.scalar(0)).dataSync();
  });
  const dog = activation === 'sigmoid' ? number : 1 / (1 + Math.exp(-number));
  const got = Array.from(probabilities?.data as Float32Array);
  expect(got[0]).toBeCloseTo(1 - dog, 6);
  expect(got[1]).toBeCloseTo(dog, 6);
});
