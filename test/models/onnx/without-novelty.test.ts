// A model without its detector of novelty answers as before, and keeps nothing of the detector.
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { toFloat16 } from '../../../export/quantize/float16.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { withoutNovelty } from '../../../models/onnx/without-novelty.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';

const shipped = await readFile(new URL('../../../models/repository/digits/1/model.onnx', import.meta.url));

it.each([
  { what: 'a file', file: shipped },
  { what: 'a file in float16', file: encodeModel(toFloat16(decodeModel(shipped))) },
])('$what has the same probabilities, and neither output, nodes nor weights of it', async ({ file }) => {
  const model = decodeModel(file);
  const less = withoutNovelty(model);
  const images = Uint8Array.from({ length: 2 * 28 * 28 }, (_, i) => (i * 37) % 256);
  const answers = async (bytes: Uint8Array) => {
    const session = await ort.InferenceSession.create(bytes);
    try {
      return await session.run({ image: new ort.Tensor('uint8', images, [2, 28, 28, 1]) });
    } finally {
      await session.release();
    }
  };
  const [before, after] = [await answers(file), await answers(encodeModel(less))];
  expect(Object.keys(before)).toContain('novelty');
  expect(Object.keys(after)).toEqual(Object.keys(before).filter((name) => name !== 'novelty'));
  expect(after.probabilities?.data).toEqual(before.probabilities?.data);

  // Whatever the rest does not read belonged to the detector.
  const read = new Set(less.graph.node.flatMap(({ input }) => input));
  const weights = less.graph.initializer.map(({ name }) => name ?? '');
  expect(weights.filter((name) => !read.has(name))).toEqual([]);
  expect(weights.length).toBeLessThan(model.graph.initializer.length);
  const outputs = new Set(less.graph.output.map(({ name }) => name));
  const dead = less.graph.node.filter(
    ({ output }) => !output.some((name) => read.has(name) || outputs.has(name)),
  );
  expect(dead).toEqual([]);
  // One that has none stays as it is.
  expect(withoutNovelty(less)).toEqual(less);
});
