// What a model file answers to labeled pictures, some at a time.
import { concatenate } from '../../models/concatenate.ts';
import type { Shape } from '../../models/image/shape.ts';
import { sizeOf } from '../../models/shape.ts';
import type { LabeledPicture } from '../../train/datasets/folder/labeled.ts';
import { onnxClassifier } from '../parity/classifier.ts';
import type { ModelSource } from '../parity/session.ts';

/** Pictures that are asked for at a time. */
const BATCH = 64;

/** The answers to `pictures`, `[N,labels]`. */
export async function askFor(
  source: ModelSource,
  shape: Shape,
  pictures: readonly LabeledPicture[],
): Promise<Float32Array> {
  const classifier = await onnxClassifier(source, shape);
  const parts: Float32Array[] = [];
  const size = sizeOf(shape);
  try {
    for (let from = 0; from < pictures.length; from += BATCH) {
      const some = pictures.slice(from, from + BATCH);
      const images = new Uint8Array(some.length * size);
      for (const [i, picture] of some.entries()) images.set(picture.input(), i * size);
      parts.push(await classifier.classify(images));
    }
  } finally {
    await classifier.close();
  }
  return concatenate(parts);
}
