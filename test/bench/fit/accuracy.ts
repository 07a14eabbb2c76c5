// Trains one model by `model.fit` or `fit`, and prints its accuracy and time as JSON. Arguments: network, trainer, pictures, epochs, seed.
import { type Dataset, imagesOf, loadDataset, type Split } from '../../../train/datasets/index.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import { networkOf } from './networks.ts';

const [name = '', trainer = '', pictures = '', epochs = '', seed = ''] = process.argv.slice(2);
const TESTED = 2000;

const { dataset: source, batchSize, make } = networkOf(name);
const dataset = await loadDataset(source);
const train = tensorsOf(dataset, dataset.train, Number(pictures));
const test = tensorsOf(dataset, dataset.validation, TESTED);
const model = make();
setFirstWeights(Number(seed));
const options = { epochs: Number(epochs), batchSize, verbose: 0 } as const;
const started = performance.now();
await (trainer === 'fit'
  ? fit(model, train.x, train.y, { ...options, seed: Number(seed) })
  : model.fit(train.x, train.y, options));
const seconds = (performance.now() - started) / 1000;
const [, accuracy] = [model.evaluate(test.x, test.y, { batchSize: 100 })].flat();
console.log(JSON.stringify({ seconds, accuracy: accuracy?.dataSync()[0] }));
process.exit();

/** Draws the weights of layers from `seed`, so that both trainers begin at the same; what a vector is stays as it is. */
function setFirstWeights(seed: number): void {
  const drawn = model.getWeights().map((weight, i) => {
    if (weight.rank < 2) return weight;
    const [inputs = 1, outputs = 1] = weight.shape.slice(-2);
    // Glorot and Bengio's uniform distribution, which tfjs's dense layers have.
    const limit = Math.sqrt(6 / (weight.size / outputs + weight.size / inputs));
    return tf.randomUniform(weight.shape, -limit, limit, 'float32', 1000 * seed + i);
  });
  model.setWeights(drawn);
}

/** The first `n` pictures of a split, from 0 to 1, and their labels. */
function tensorsOf({ shape }: Dataset, split: Split, n: number) {
  const values = Float32Array.from(imagesOf(split, 0, n), (byte) => byte / 255);
  return {
    x: tf.tensor(values, [n, ...shape]),
    y: tf.tensor(Float32Array.from(split.labels.subarray(0, n)), [n, 1]),
  };
}
