// What is promised where float32 itself is too coarse for parity: a refusal that says so, and a file if it is asked for.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openModelFile } from '../../../export/files/file.ts';
import { exportModel } from '../../../export/publish/export.ts';
import type { Exportable } from '../../../export/publish/exportable.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fromUint8 } from '../../../train/layers/forward.ts';
import { normal, random } from '../../../train/random.ts';
import { readSingleCard } from '../../single-card.ts';

const repository = mkdtempSync(join(tmpdir(), 'trainyard-tolerance-'));
afterAll(() => rmSync(repository, { recursive: true }));

const N = 20;

/** A product whose logits are all near 10,000: what tells the classes apart is a hundred-thousandth of them. */
function large(): Exportable {
  const draw = random(5, 'test/kernel');
  const values = Array.from({ length: 784 }, () => 25 + normal(draw)).flatMap((shared) =>
    Array.from({ length: 10 }, () => shared + 0.1 * normal(draw)),
  );
  const kernel = tf.variable(tf.tensor2d(values, [784, 10]));
  const next = random(3, 'test/pictures');
  return {
    card: {
      name: 'large',
      description: 'a test',
      labels: Array.from({ length: 10 }, (_, i) => String(i)),
      input: { shape: [28, 28, 1], prepare: { rule: 'digit' } },
      architecture: { name: 'product', parameters: 7840 },
      tta: 'none',
      recipe: {},
      recipeDigest: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      datasets: [],
    },
    probabilities: (x) => tf.softmax(tf.matMul(tf.reshape(tf.div(fromUint8(x), 255), [-1, 784]), kernel)),
    variables: new Map([['logits/kernel', kernel]]),
    judged: {
      images: Uint8Array.from({ length: N * 784 }, () => next() * 256),
      labels: new Uint8Array(N),
      n: N,
    },
  };
}

it('a network with enormous logits is refused with the reason, and exported with a tolerance', async () => {
  await expect(exportModel(large(), { repository })).rejects.toThrow(
    /No layer differs by more than rounding.* Logits reach \de\+[345] here, where neighboring float32 are \de-[34] apart.*`--tolerance 0\.\d+`/,
  );
  const { path } = await exportModel(large(), { repository, tolerance: 0.01 });
  const { parity } = readSingleCard(readFileSync(path));
  expect(parity).toMatchObject({ n: N, changedLabels: 0, tolerance: 0.01 });
  expect(parity?.maxProbabilityDifference).toBeGreaterThan(1e-5);
  const checks = await verifyAlone(await openModelFile(path, repository));
  expect(checks.filter(({ holds }) => !holds)).toEqual([]);
});
