// WebGPU, which SwiftShader computes here: what is asked at once is answered, as WebAssembly answers it.
import { expect, test } from 'vitest';
import { chromiumWithSwiftShader, gpuArguments, withoutGpu } from '../../bench/page/gpu.ts';
import { openStage, visit } from '../browser.ts';

test('pictures, a map and layers that are asked for at once are all answered, as on WebAssembly', async () => {
  const executablePath = await chromiumWithSwiftShader();
  const stage = await openStage({ executablePath, args: gpuArguments, without: [withoutGpu] });
  try {
    const { page } = await visit(stage);
    const [backend, difference, layers, maps] = await page.evaluate<
      [string, number, number, number]
    >(`(async () => {
      const { loadModel } = await import('./browser/trainyard.js');
      const { models } = await (await fetch('models')).json();
      const url = models.find(({ name }) => name === 'digits').url.slice(1);
      const [gpu, wasm] = await Promise.all([loadModel(url, { backend: 'webgpu' }), loadModel(url)]);
      const pictures = [92, 60, 120].map((x) => {
        const canvas = new OffscreenCanvas(200, 200);
        canvas.getContext('2d').fillRect(x, 20, 16, 160);
        return canvas;
      });
      const ask = (model) => Promise.all([...pictures.map((picture) => model.classify(picture)), model.explain(pictures[0]), model.layers(pictures[0], { contributions: 2 })]);
      const [there, here] = await Promise.all([ask(gpu), ask(wasm)]);
      const apart = there.flatMap(({ probabilities = [] }, i) =>
        Array.from(probabilities, (value, k) => Math.abs(value - here[i].probabilities[k])));
      const [theirs, ours] = [there, here].map((all) => all.at(-1).layers);
      const mapsApart = ours.map(({ maps, contributions }, i) => {
        const largest = Math.max(...maps.map(Math.abs));
        const falls = contributions.map((fall, k) => Math.abs(fall - theirs[i].contributions[k]) || 0);
        return Math.max(...maps.map((value, k) => Math.abs(value - theirs[i].maps[k]) / largest), ...falls);
      });
      return [gpu.backend.name, apart.length === 30 ? Math.max(...apart) : 1, theirs.length, Math.max(...mapsApart)];
    })()`);
    expect(backend).toBe('webgpu');
    expect(difference).toBeLessThan(1e-5); // measured: 1.2e-7
    expect(layers).toBe(8);
    expect(maps).toBeLessThan(2e-5); // of the largest number of a layer, and of log-odds; measured: 3.5e-6
  } finally {
    await stage.close();
  }
});
