// What fit refuses, and in which words.
import { createRequire } from 'node:module';
import type { LayersModel, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import type { FitOptions, Tensors } from '../../../train/layers-model/options.ts';
import { oneHot, QUIET, uniform } from './beside-tfjs.ts';

const [x, y] = [uniform([20, 6]), oneHot(20, 3)];
const gone = uniform([20, 6]);
gone.dispose();
const batches = { iterator: async () => ({ next: async () => ({ done: true, value: null }) }) };
type Layer = Parameters<ReturnType<typeof tf.sequential>['add']>[0];

function small({
  layers = [] as Layer[],
  loss = 'categoricalCrossentropy',
  inputShape = [6],
} = {}): LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape }));
  for (const layer of layers) model.add(layer);
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
  model.compile({ optimizer: 'sgd', loss });
  return model;
}

async function refusal(
  model: LayersModel,
  data: Tensors = x,
  targets: Tensors = y,
  options: FitOptions = {},
) {
  const error: unknown = await fit(model, data, targets, { ...QUIET, ...options }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

/** A layer of one's own that does `body`. */
function own(className: string, body: (x: Tensor) => Tensor): Layer {
  class Own extends tf.layers.Layer {
    static className = className;
    override computeOutputShape(shape: number[]) {
      return shape;
    }
    override call(inputs: Tensor | Tensor[]) {
      return tf.tidy(() => body([inputs].flat()[0] ?? tf.scalar(0)));
    }
  }
  return new Own({});
}

describe('fit refuses', () => {
  it('what is no model, and a model that is not compiled', async () => {
    expect(await refusal({} as LayersModel)).toMatch(/^fit takes a tf\.LayersModel.*; received object\.$/);
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [6] })] });
    expect(await refusal(model)).toMatch(/ is not compiled: call model\.compile\(/);
  });

  it('a model of another copy of tfjs', async () => {
    // Beside the one that fit has loaded from the cache.
    const other = createRequire(import.meta.url)('@tensorflow/tfjs-layers') as Pick<
      typeof tf,
      'sequential' | 'layers'
    >;
    const model = other.sequential();
    model.add(other.layers.inputLayer({ inputShape: [6] }));
    expect(await refusal(model)).toMatch(
      /of another copy of TensorFlow\.js .*import \{ tf \} from 'trainyard\/train'/,
    );
  });

  it('a second fit of a model that is being trained', async () => {
    const model = small();
    const first = fit(model, x, y, QUIET);
    expect(await refusal(model)).toMatch(/ is being trained already/);
    await first;
    expect((await fit(model, x, y, QUIET)).epoch).toEqual([0, 1]);
  });

  it('an optimizer without a rule, with those that have one', async () => {
    const model = small();
    model.compile({ optimizer: 'adamax', loss: 'meanSquaredError' });
    expect(await refusal(model)).toMatch(/optimizer Adamax; fit has SGD, .*Adam, .* model\.fit\(/);
  });

  it('data of other shapes, and batches of no rows', async () => {
    expect(await refusal(small(), uniform([20, 5]))).toMatch(/^The data do not fit .*\[\*,6\].*\[20,5\]/);
    expect(await refusal(small(), uniform([19, 6]))).toMatch(/same number of samples/);
    expect(await refusal(small(), x, y, { batchSize: 0 })).toMatch(
      /^batchSize is 0; expected a whole number from 1/,
    );
  });

  it('labels that are no classes', async () => {
    const model = small({ loss: 'sparseCategoricalCrossentropy' });
    const labels = tf.tensor1d(Array.from({ length: 20 }, (_, i) => (i === 17 ? 3 : i % 3)));
    expect(await refusal(model, x, labels)).toMatch(
      /have 3; the layer has 3 classes: labels are whole numbers from 0 to 2\.$/,
    );
  });

  it('a loss that is no number, saying whether the data are', async () => {
    const broken = tf.tensor2d(
      [...uniform([20, 6]).dataSync()].map((value, i) => (i === 77 ? Number.NaN : value)),
      [20, 6],
    );
    expect(await refusal(small(), broken)).toMatch(
      /became NaN at step 2\. .*input.* has values in this batch that are no numbers/,
    );
    const model = small({
      loss: 'meanSquaredError',
      layers: [own('Exploding', (z) => tf.exp(tf.mul(z, 1000)))],
    });
    expect(await refusal(model)).toMatch(
      /at step 1\. Its data are numbers: compile the model with a lower learning rate/,
    );
  });

  it.each([
    [
      'reads values back',
      own('Reader', (z) => tf.mul(z, Number(z.dataSync()[0]))),
      /^Layer \S+ \(Reader\) cannot be compiled: the traced function reads a computed value back/,
    ],
    [
      'draws by tf.multinomial',
      own('Drawer', (z) => tf.add(z, tf.cast(tf.multinomial(tf.tensor1d([1, 1]), 1), 'float32'))),
      /^Layer \S+ \(Drawer\) cannot be compiled: the step calls tf\.multinomial.*model\.fit\(/,
    ],
    [
      'draws by Math.random',
      own('Random', (z) => tf.mul(z, Math.random())),
      /two traces of the same function differ.*model\.fit\(/,
    ],
    [
      'fails',
      own('Failing', () => {
        throw new Error('out of order');
      }),
      /^Layer \S+ \(Failing\) cannot be compiled: out of order\. .*model\.fit\(/,
    ],
  ])('a layer that %s, by its name', async (_, layer, words) => {
    const model = small();
    const whole = tf.sequential();
    whole.add(tf.layers.inputLayer({ inputShape: [6] }));
    // Its call is not made while the model is put together.
    whole.add(layer);
    whole.add(tf.layers.dense({ units: 3 }));
    whole.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    expect(await refusal(whole)).toMatch(words);
    // What was replaced for the trace is back.
    expect((await model.fit(x, y, QUIET)).epoch).toEqual([0, 1]);
  });

  it.each([
    ['no data', [undefined, y], /^fit received undefined for its data; expected tensors/],
    ['a number for data', [5, y], /^fit received 5 for its data/],
    ['no options', [x, y, null], /^fit received null for its options/],
    ['no options of a dataset', [{ iterator: async () => ({}) }], /^fit received undefined for its options/],
    ['epochs', [x, y, { epochs: 1.5 }], /^epochs is 1\.5; expected a whole number from 1/],
    ['a split of all', [x, y, { validationSplit: 1 }], /^validationSplit is 1; expected a share/],
    ['a split below none', [x, y, { validationSplit: -1 }], /^validationSplit is -1; expected a share/],
    [
      'a precision',
      [x, y, { precision: 'float16' }],
      /^precision is "float16"; expected 'float32' or 'bfloat16'/,
    ],
    ['a seed', [x, y, { seed: 'a' }], /^seed is "a"; expected a whole number/],
    ['a misspelt option', [x, y, { epoch: 3 }], /^fit has no option "epoch"\. Did you mean epochs\?$/],
    [
      'an option of Keras',
      [x, y, { steps: 3 }],
      /^fit has no option "steps"\. There are: epochs, .*validationSplit\.$/,
    ],
    [
      'what tfjs has in its types alone',
      [x, y, { sampleWeight: y }],
      /^fit has no sampleWeight, as model\.fit/,
    ],
    ['what compile takes', [x, y, { learningRate: 0.1 }], /^fit has no learningRate: .*model\.compile\(/],
    [
      'batches of a dataset',
      [batches, { batchSize: 8 }],
      /^fit has batchSize for tensors, not for a dataset/,
    ],
    [
      'an option of datasets',
      [x, y, { batchesPerEpoch: 2 }],
      /^fit has batchesPerEpoch for a dataset, not for/,
    ],
    [
      'a misspelt option of a dataset',
      [batches, { epoch: 1 }],
      /^fit has no option "epoch"\. Did you mean epochs\?/,
    ],
    ['x that was disposed', [gone, y], /^x was disposed: its values are gone\. Dispose of it when/],
    ['y that was disposed', [x, { dense: gone }], /^y was disposed/],
    [
      'validation data that were disposed',
      [x, y, { validationData: [x, gone] }],
      /^validationData was disposed/,
    ],
    [
      'a dataset that disposes of its tensors',
      [
        { iterator: async () => ({ next: async () => ({ done: false, value: { xs: gone, ys: y } }) }) },
        { epochs: 1 },
      ],
      /^input\S* was disposed/,
    ],
  ])('%s', async (_, given, words) => {
    // As somebody without types calls it.
    const call: (...all: unknown[]) => Promise<unknown> = fit as never;
    const error = await call(small(), ...given).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: expect.stringMatching(words) });
  });

  it('a model that was disposed', async () => {
    const model = small();
    model.dispose();
    expect(await refusal(model)).toMatch(/^sequential\S* was disposed: its weights are gone\. Make it anew/);
  });

  it('no option that is undefined: it is as if it were left out', async () => {
    const options = { epochs: undefined, seed: undefined, validationSplit: undefined, verbose: 0 } as never;
    expect((await fit(small(), x, y, options)).epoch).toEqual([0]);
  });

  it('a stateful layer', async () => {
    const model = tf.sequential();
    model.add(tf.layers.lstm({ units: 3, stateful: true, batchInputShape: [4, 2, 3] }));
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    expect(await refusal(model, uniform([20, 2, 3]), oneHot(20, 3))).toMatch(
      /^Layer \S+ \(LSTM\) is stateful/,
    );
  });

  it('batches of many shapes', async () => {
    const model = tf.sequential();
    model.add(tf.layers.globalAveragePooling1d({ inputShape: [null as never, 2] }));
    model.add(tf.layers.dense({ units: 3 }));
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const next = (i: number) => ({ done: i > 40, value: { xs: uniform([2, i + 1, 2]), ys: oneHot(2, 3) } });
    const dataset = {
      iterator: async () => {
        let i = 0;
        return { next: async () => next(i++) };
      },
    };
    const error = await fit(model, dataset, { epochs: 1, verbose: 0 }).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/more than 8 shapes .* Pad them to one shape/);
  });
});
