// Contender: one long fit, of which each turn lets some batches through. Arguments: network, `model.fit` or `fit`.
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import { contend } from '../support/contender.ts';
import { networkOf } from './networks.ts';

const [name = '', trainer = ''] = process.argv.slice(2);
const { batchSize, make } = networkOf(name);
const BATCHES = 8;
const WARM_UP = 3;

const model = make();
const shape = (model.inputs[0]?.shape ?? []).slice(1).map(Number);
const n = BATCHES * batchSize;
const x = tf.randomUniform([n, ...shape], 0, 1, 'float32', 1);
const y = tf.floor(tf.randomUniform([n, 1], 0, 10, 'float32', 2));

let begin = (): void => {};
let ended = (): void => {};
/** Lets the next batch through, and waits until it is trained on. */
const step = async () => {
  const done = new Promise<void>((resolve) => {
    ended = resolve;
  });
  begin();
  await done;
  return batchSize;
};
const callbacks = {
  onBatchBegin: () =>
    new Promise<void>((resolve) => {
      begin = resolve;
      ended();
    }),
};
const options = { epochs: 1e6, batchSize, verbose: 0, callbacks } as const;
const ready = new Promise<void>((resolve) => {
  ended = resolve;
});
void (trainer === 'fit' ? fit(model, x, y, options) : model.fit(x, y, options));
await ready;
for (let i = 0; i < WARM_UP; i++) await step();
await contend({ tfjs: tf.version.tfjs }, step);
process.exit();
