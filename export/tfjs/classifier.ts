// A classifier from elsewhere in the contract of our own model files: bytes of a picture in, probabilities out.
import { createHash } from 'node:crypto';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { canonicalJson } from '../../models/canonical.ts';
import type { Card } from '../../models/card.ts';
import { counted } from '../../models/counted.ts';
import { UserError } from '../../models/errors.ts';
import { goldenInput, goldenNames } from '../../models/golden.ts';
import { type PixelScaling, scalings } from '../../train/backbone/scaling.ts';
import { tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { standardized } from '../../train/layers/forward.ts';
import type { Exportable } from '../publish/exportable.ts';
import type { InputType } from '../trace/index.ts';
import { bytesAs } from '../trace/input.ts';
import type { ReadNetwork } from './read.ts';

/** What a model.json does not say of a classifier. */
export interface About {
  readonly name: string;
  readonly description: string;
  /** In the order of the output. */
  readonly labels: readonly string[];
  /** `0..255` where the network takes whole numbers. */
  readonly scaling: PixelScaling;
  readonly prepare: Card['input']['prepare'];
}

/**
 * Wraps a network with one input of pictures and one output of classes. Where its answers are no probabilities, a
 * softmax is added, or a sigmoid where it gives one number for two classes.
 * @param pictures - uint8 `[N,H,W,C]` one after another: what the file is compared on.
 * @throws UserError when it has other inputs or outputs, or another number of classes than there are labels.
 */
export function classifierOf(
  network: ReadNetwork,
  about: About,
  pictures: readonly Uint8Array[],
): Exportable {
  const { shape, type } = pictureInput(network);
  if (type !== 'float32' && about.scaling !== '0..255')
    throw new UserError(
      `${network.name} takes ${type}, the bytes of pictures as they are: \`--scaling 0..255\`; received ${scalingInWords(about.scaling)}.`,
    );
  const { mean, deviation } = typeof about.scaling === 'string' ? scalings[about.scaling] : about.scaling;
  const channels = { mean: mean.slice(0, shape[2]), deviation: deviation.slice(0, shape[2]) };
  const answer = (images: Tensor): Tensor => {
    const [output] = network.run([
      type === 'float32' ? standardized(images, channels) : bytesAs(type, images),
    ]);
    if (output === undefined) throw new Error('the network has no output');
    return tf.reshape(output, [output.shape[0] ?? 1, output.size / (output.shape[0] ?? 1)]);
  };
  const found = answerGolden(answer, shape);
  checkLabels(network.name, found.classes, about.labels);
  const recipe = {
    format: network.format,
    digest: network.digest,
    scaling: about.scaling,
    output: found.areProbabilities ? 'probabilities' : 'logits',
  };
  const oneNumber = found.classes === 1;
  return {
    card: {
      name: about.name,
      description: about.description,
      labels: [...about.labels],
      input: { shape, prepare: about.prepare },
      architecture: { name: network.name, parameters: network.parameters },
      tta: 'none',
      recipe,
      recipeDigest: createHash('sha256').update(canonicalJson(recipe)).digest('hex'),
      datasets: [],
    },
    probabilities: (images) => (oneNumber ? twoClasses : manyClasses)(answer(images), found.areProbabilities),
    variables: network.variables,
    judged: { images: Buffer.concat(pictures), labels: new Uint8Array(), n: pictures.length },
  };
}

/** The name of a scaling, or its numbers. */
export function scalingInWords(scaling: PixelScaling): string {
  return typeof scaling === 'string' ? scaling : `mean ${scaling.mean} and deviation ${scaling.deviation}`;
}

/** @throws UserError unless there is a label for each class; one number for a picture tells two classes apart. */
function checkLabels(name: string, numbers: number, labels: readonly string[]): void {
  if (numbers === 1 && labels.length !== 2)
    throw new UserError(
      `${name} gives one number for each picture, which tells two classes apart; received ${counted(labels.length, 'label')}. Name both, the one that 1 stands for last, such as cat and dog.`,
    );
  if (numbers !== 1 && numbers !== labels.length)
    throw new UserError(
      `${name} has ${numbers} classes; received ${counted(labels.length, 'label')}. Name them all, in the order of the output.`,
    );
}

function manyClasses(answers: Tensor, areProbabilities: boolean): Tensor {
  return areProbabilities ? answers : tf.softmax(answers);
}

/** Of `[N,1]`, how much a picture is the second class, both classes: `[N,2]`. */
function twoClasses(answers: Tensor, areProbabilities: boolean): Tensor {
  const second = areProbabilities ? answers : tf.sigmoid(answers);
  return tf.concat([tf.sub(1, second), second], 1);
}

type PictureShape = Card['input']['shape'];

/** @throws UserError unless the network takes pictures of one size, in one input, and has one output. */
function pictureInput({ name, inputs, outputs }: ReadNetwork): { shape: PictureShape; type: InputType } {
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1 || outputs.length !== 1)
    throw new UserError(
      `${name} has inputs ${inputs.map((each) => each.name).join(', ')} and outputs ${outputs.join(', ')}; a classifier has one of each. Leave out --labels to export it as it is.`,
    );
  const [, height, width, channels] = input.shape;
  if (input.shape.length !== 4 || input.type === 'bool' || (channels !== 1 && channels !== 3))
    throw new UserError(
      `Input ${input.name} of ${name} is ${input.type} [${input.shape}]; a classifier takes pictures, [N,height,width,3] or [N,height,width,1] of float32, uint8 or int32.`,
    );
  if (typeof height !== 'number' || typeof width !== 'number')
    throw new UserError(
      `${name} takes pictures of any size: say which one the server makes of them, \`--size 224\`.`,
    );
  return { shape: [height, width, channels], type: input.type };
}

/** How far the sum of probabilities may be from 1, for float32 sums over thousands of classes. */
const SUM_TOLERANCE = 1e-3;

function answerGolden(answer: (images: Tensor) => Tensor, shape: PictureShape) {
  const images = Buffer.concat(goldenNames.map((name) => goldenInput(name, shape)));
  return tf.tidy(() => {
    const output = answer(uint8Tensor(images, [goldenNames.length, ...shape]));
    const classes = output.shape[1] ?? 0;
    const sums = tf.sum(output, 1).dataSync();
    const [[least = 0], [most = 0]] = [tf.min(output).dataSync(), tf.max(output).dataSync()];
    // One number is a probability where a sigmoid made it: from 0 to 1.
    const sumsFit = classes === 1 ? most <= 1 : sums.every((sum) => Math.abs(sum - 1) < SUM_TOLERANCE);
    return { classes, areProbabilities: least >= 0 && sumsFit };
  });
}
