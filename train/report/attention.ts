// Where a network looks: how much each place of its last feature maps supports the class that it answers.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { Shape } from '../../models/image/shape.ts';
import { compile } from '../graph/compile.ts';
import { blankImages } from '../graph/images.ts';
import { traceFixed } from '../graph/retrace.ts';
import { type State, writeKnown } from '../graph/state.ts';
import { tf, uint8Tensor } from '../graph/tensorflow.ts';
import { type Standardize, standardized } from '../layers/forward.ts';
import { type Architecture, allParameters, netOf, type Parameters } from '../layers/net.ts';
import { resizeMap } from './heat.ts';

/** Pictures at a time: the graph's size is fixed. */
const BATCH = 8;

/**
 * For each picture, `[H,W]` from 0 to 1: how much each pixel supports a class; undefined where a network is not made of
 * parts. Selvaraju et al. 2017, "Grad-CAM", https://arxiv.org/abs/1610.02391, equations 1 and 2.
 * @param images - uint8 `[H,W,C]` each.
 * @param classes - The class of each picture whose support is computed.
 */
export function attentionOf(
  network: { architecture: Architecture; parameters: Parameters; state: State; standardize: Standardize },
  shape: Shape,
  images: readonly Uint8Array[],
  classes: readonly number[],
): Float32Array[] | undefined {
  const { architecture, parameters, state, standardize } = network;
  const { parts } = architecture;
  if (parts === undefined || standardize.meanImage) return undefined;
  const size = shape[0] * shape[1] * shape[2];
  const net = netOf(parameters, { training: false });
  const variables = allParameters(parameters);
  let side: [number, number] = [0, 0];
  const graph = traceFixed(
    ({ image, chosen }) => {
      const maps = parts.maps(net, standardized(image as Tensor, standardize));
      side = [maps.shape[1] ?? 0, maps.shape[2] ?? 0];
      const gradient = tf.grad((x) => {
        const logits = parts.classify(net, parts.pool(x));
        return tf.sum(tf.mul(logits, tf.oneHot(chosen as Tensor<never>, logits.shape[1] ?? 0)));
      })(maps);
      const weights = tf.mean(gradient, [1, 2], true);
      return [tf.relu(tf.sum(tf.mul(maps, weights), 3))];
    },
    (n) => [blankImages(n, shape), { name: 'chosen', tensor: tf.zeros([n], 'int32') }],
    BATCH,
    variables,
  );
  const compiled = compile({ look: graph });
  writeKnown(compiled, state);
  const maps: Float32Array[] = [];
  for (let from = 0; from < images.length; from += BATCH) {
    const pictures = new Uint8Array(BATCH * size);
    const chosen = new Int32Array(BATCH);
    const some = images.slice(from, from + BATCH);
    for (const [i, image] of some.entries()) {
      pictures.set(image, i * size);
      chosen[i] = classes[from + i] ?? 0;
    }
    const inputs = { image: uint8Tensor(pictures, [BATCH, ...shape]), chosen: tf.tensor1d(chosen, 'int32') };
    const outputs = compiled.run('look', inputs);
    const values = outputs[0]?.dataSync() as Float32Array;
    const area = side[0] * side[1];
    for (let i = 0; i < some.length; i++)
      maps.push(resizeMap(values.subarray(i * area, (i + 1) * area), side, [shape[0], shape[1]]));
    tf.dispose([inputs, outputs]);
  }
  compiled.dispose();
  return maps;
}
