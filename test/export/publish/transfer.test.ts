// A pretrained network, trained on a folder, is exported with a temperature, and onnxruntime answers as TensorFlow does.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import type { ExportStage } from '../../../export/publish/stages.ts';
import { fetchPretrained } from '../../../train/architectures/pretrained.ts';
import { fit } from '../../../train/loop/fit.ts';
import { writePhotos } from '../../../train/photos/write-photos.ts';
import { random } from '../../../train/random.ts';
import { adjusted } from '../../../train/recipes/adjust.ts';
import { folderRecipe } from '../../../train/recipes/folder.ts';
import { resolveRecipe } from '../../../train/recipes/index.ts';
import { loadDataOf } from '../../../train/recipes/load-data.ts';
import { createRun } from '../../../train/runs/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-transfer-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Stripes of 32x32 pixels, upright or lying, with noise. */
function stripes(n: number) {
  const next = random(1, 'stripes');
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
  const images = Uint8Array.from({ length: n * 3072 }, (_, i) => {
    const [pixel, lies] = [Math.floor(i / 3) % 1024, labels[Math.floor(i / 3072)] === 1];
    const place = lies ? Math.floor(pixel / 32) : pixel % 32;
    return (place % 8 < 4 ? 60 : 160) + Math.floor(next() * 60);
  });
  return { images, labels, n };
}

it('goes from pictures to a verified model file', async () => {
  const path = join(folder, 'stripes');
  await writePhotos(path, stripes(120), ['upright', 'lying'], [0, 1], 60);
  const recipe = adjusted(
    resolveRecipe({ ...(await folderRecipe({ path, size: 64, options: {} })).recipe, batchSize: 16 }),
    {
      epochs: 2,
    },
  );
  expect([recipe.architecture.name, recipe.freeze?.epochs]).toEqual(['efficientnet-lite0', 1]);
  await fetchPretrained(recipe);
  const run = createRun(join(folder, 'runs'), recipe, {});
  const { history } = await fit({ recipe, dataset: await loadDataOf(recipe), run });
  // Measured: none wrong.
  expect(history.at(-1)?.tta?.errorRate).toBeLessThanOrEqual(0.1);

  const stages: ExportStage[] = [];
  const model = await loadRun(run, 'last', false, true);
  expect(model.card.calibration?.temperature).toBeGreaterThan(0);
  await exportModel(model, { repository: join(folder, 'models'), onStage: (stage) => stages.push(stage) });
  const parity = stages.flatMap((stage) => (stage.name === 'compared' ? [stage.parity] : []))[0];
  expect(parity?.changedLabels).toBe(0);
  // Measured: 5e-6.
  expect(parity?.maxProbabilityDifference).toBeLessThan(1e-5);
}, 120_000);
