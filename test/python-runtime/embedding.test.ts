// What is promised of `model.embed(picture)` in Python: the embedding that the library gives, of the shipped models.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadModel } from '../../public/index.ts';
import { modelsFolder, root } from '../../setup/paths.mjs';
import { runtime } from './runtime.ts';

const script = `
model = trainyard_runtime.load(sys.argv[1])
rows = [model.embed(path) for path in sys.argv[2:]]
try:
    model.embed(b'no picture')
except trainyard_runtime.PictureError as error:
    refused = str(error)
print(json.dumps([str(rows[0].dtype), [row.tolist() for row in rows], refused]))
`;

it.each(['digits', 'cifar'])('the embedding of %s is that of loadModel', async (name) => {
  const path = join(modelsFolder, name, '1', 'model.onnx');
  const pictures = ['digit.png', 'cat.png'].map((file) => join(root, file));
  const model = await loadModel(path, { workers: 1, threads: 1 });
  try {
    const ours = await model.embed(pictures);
    const [type, theirs, refused] = runtime(script, [path, ...pictures]) as [string, number[][], string];
    expect([type, refused]).toEqual(['float32', expect.any(String)]);
    for (const [i, row] of ours.entries()) {
      expect(theirs[i]).toHaveLength(row.length);
      const scale = Math.max(...row.map(Math.abs), 1);
      const differences = row.map((value, k) => Math.abs(value - (theirs[i]?.[k] ?? Number.NaN)) / scale);
      expect(Math.max(...differences)).toBeLessThan(1e-5);
    }
  } finally {
    await model.close();
  }
});
