// What is promised of models with large inputs: batches have as many pictures as memory allows, and what is too large is
// refused in words before anything is allocated for it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { bytesOf, largestBatch, refuseLarge } from '../../../serve/sessions/batch-size.ts';
import { openModelSession } from '../../../serve/sessions/session.ts';
import { colors } from '../harness.ts';
import { tinyModel } from '../tiny-model.ts';

test('a batch has as many pictures as settings and 64 MiB allow, and one at least', () => {
  const side = fc.integer({ min: 1, max: 20_000 });
  const shapes = fc.tuple(side, side, fc.constantFrom(1, 3));
  fc.assert(
    fc.property(shapes, fc.integer({ min: 1, max: 64 }), (shape, most) => {
      const n = largestBatch(shape, most);
      const bytes = shape[0] * shape[1] * shape[2];
      expect(n).toBeGreaterThanOrEqual(1);
      expect(n).toBeLessThanOrEqual(most);
      if (n > 1) expect(n * bytes).toBeLessThanOrEqual(2 ** 26);
      if (n < most) expect((n + 1) * bytes).toBeGreaterThan(2 ** 26);
      expect(bytesOf(shape)).toBe(bytes);
    }),
  );
  expect(largestBatch([224, 224, 3], 64)).toBe(64);
  expect(largestBatch([8192, 8192, 3], 64)).toBe(1);
});

test('an input of more than 512 MiB is refused, alone or in a batch of fixed size', () => {
  expect(() => refuseLarge([8192, 8192, 3], undefined)).not.toThrow();
  expect(() => refuseLarge([16384, 16384, 3], undefined)).toThrow(
    'its input [16384,16384,3] has 768 MiB, expected 512 at most: export it for smaller pictures',
  );
  expect(() => refuseLarge([8192, 8192, 3], 4)).toThrow(/in batches of 4 has 768 MiB.* or a smaller batch$/);
});

test('a model of such a batch is not opened', async () => {
  const { bytes, card } = await tinyModel(colors);
  const model = decodeModel(bytes);
  const [batch] = model.graph.input[0]?.type?.tensor_type?.shape?.dim ?? [];
  if (batch === undefined) throw new Error('its input has no batch');
  delete batch.dim_param;
  batch.dim_value = 2 ** 27;
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-batch-'));
  const path = join(folder, 'model.onnx');
  writeFileSync(path, encodeModel(model));
  const opened = openModelSession(path, card, { threads: 1, device: 'cpu' });
  await expect(opened).rejects.toThrow(/its input \[2,2,3\] in batches of 134217728 has 1,536 MiB/);
  rmSync(folder, { recursive: true });
});
