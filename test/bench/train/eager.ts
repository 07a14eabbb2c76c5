// Contender: the same step, its ops executed one by one as tfjs does. Argument: network.
import { tf } from '../../../train/graph/tensorflow.ts';
import { contend } from '../support/contender.ts';
import { eagerStep } from './eager-step.ts';

const [name = ''] = process.argv.slice(2);
const { step, images } = eagerStep(name);
step();
await contend({ tfjs: tf.version.tfjs }, () => {
  step();
  return images;
});
