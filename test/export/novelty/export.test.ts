// The output `novelty` of what is exported: from which pictures it is made, who has it, and that its card is held to it.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openModelFile } from '../../../export/files/file.ts';
import { drawingsFor } from '../../../export/novelty/drawings.ts';
import { exportModel } from '../../../export/publish/export.ts';
import type { Exportable } from '../../../export/publish/exportable.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { problemsOf } from '../../../export/verify/structure.ts';
import { withDigest } from '../../../models/card-proof.ts';
import { withCard } from '../../../models/complete-card.ts';
import { dataType } from '../../../models/onnx/types.ts';
import type { MemoryDataset } from '../../../train/datasets/index.ts';
import { firstOf } from '../../../train/datasets/subset.ts';
import { fit } from '../../../train/loop/fit.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { createRun } from '../../../train/runs/run.ts';
import { single } from '../../single-card.ts';
import { smallMnist } from '../../train/small-mnist.ts';
import { checkModels } from '../support.ts';

// Drawn once for the same labels, which takes most of an export; the last test draws again, and compares.
vi.mock(import('../../../export/novelty/drawings.ts'), async (importOriginal) => {
  const original = await importOriginal();
  const drawn = new Map<string, ReturnType<typeof drawingsFor>>();
  const once = (...words: Parameters<typeof drawingsFor>) => {
    const key = JSON.stringify(words);
    if (!drawn.has(key)) drawn.set(key, original.drawingsFor(...words));
    return drawn.get(key);
  };
  return { ...original, drawingsFor: (labels, except = []) => once(labels, except) };
});

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // exports draw, fit and compare: two seconds each alone

const folder = mkdtempSync(join(tmpdir(), 'trainyard-novelty-'));
let dataset: MemoryDataset;
let model: Exportable;
let count = 0;
let plain: Awaited<ReturnType<typeof exported>>;

beforeAll(async () => {
  dataset = await smallMnist(1000, 400);
  const recipe = findRecipe('digits', { epochs: 1, batchSize: 50 });
  const run = createRun(join(folder, 'runs'), recipe, {});
  await fit({ recipe, dataset, run });
  model = { ...(await loadRun(run, 'best')), train: dataset.train, validation: dataset.validation };
  plain = await exported();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function exported(
  changed: Partial<Exportable> = {},
  options: { opset?: number; novelty?: boolean } = {},
) {
  const file = join(folder, `${count++}.onnx`);
  await exportModel({ ...model, ...changed }, { file, ...options });
  return openModelFile(file, folder);
}

const outputs = ({ graph }: { graph: { output: readonly { name: string }[] } }) =>
  graph.output.map(({ name }) => name);

it('is the same in two exports, to the byte, and valid ONNX before and after axes became an input', async () => {
  const [one, two, newer] = [plain, await exported(), await exported({}, { opset: 21 })];
  expect(outputs(one.model)).toEqual(['probabilities', 'novelty']);
  expect(readFileSync(one.path)).toEqual(readFileSync(two.path));
  expect(checkModels(new Map([one, newer].map(({ path }, i) => [`${i}`, readFileSync(path)])))).toBe(
    '2 checked',
  );
  expect(newer.card?.novelty).toEqual(one.card?.novelty);
  expect(one.card?.novelty).toMatchObject({ against: 'drawings', threshold: 0.5, n: 200 });
});

it('is left out where it is not wanted, where few pictures were kept apart, and of what was not trained here', async () => {
  const without = [
    await exported({}, { novelty: false }),
    await exported({ validation: firstOf(dataset.validation, 199) }),
  ];
  for (const { model, card } of without) {
    expect(outputs(model)).toEqual(['probabilities']);
    expect(card?.novelty).toBeUndefined();
    expect(card?.golden[0]).not.toHaveProperty('novelty');
  }
  const enough = await exported({ validation: firstOf(dataset.validation, 200) });
  expect(enough.card?.novelty?.n).toBe(100);
});

it('knows the model alone where its labels are none that can be drawn', async () => {
  const labels = model.card.labels.map((label) => `digit ${label}`);
  const { card } = await exported({ card: { ...model.card, labels } });
  expect(card?.novelty?.against).toBe('nothing');
});

it('verify finds a score and an output that are not those of the card', async () => {
  const file = plain;
  if (file.card === undefined) throw new Error('it has a card');
  const card = single(file.card);
  const holds = async (changed: typeof file) =>
    (await verifyAlone(changed)).filter((check) => !check.holds).map(({ name }) => name);
  expect(await holds(file)).toEqual([]);
  const golden = card.golden.map((each, i) =>
    i === 2 ? { ...each, novelty: 1 - (each.novelty ?? 0) } : each,
  );
  const other = withDigest({ ...card, golden });
  expect(await holds({ ...file, card: other, model: withCard(file.model, other) })).toEqual(['novelty']);
  const { novelty: _, ...none } = card;
  const silent = withDigest(none);
  expect(await holds({ ...file, card: silent, model: withCard(file.model, silent) })).toEqual(['structure']);
  const [first, second] = file.model.graph.output;
  const wide = { tensor_type: { ...second?.type?.tensor_type, elem_type: dataType.DOUBLE } };
  if (first === undefined || second === undefined) throw new Error('it has two outputs');
  const graph = { ...file.model.graph, output: [first, { ...second, type: wide }] };
  expect(problemsOf({ ...file.model, graph }, card)).toEqual([
    'expected one output novelty [N,1] of type float, received novelty [N,1] of type double',
  ]);
});

it('draws what a model of characters does not know, and nothing that is written like a label', () => {
  const digits = drawingsFor([...'0123456789']);
  const letters = drawingsFor([...'AEFH']);
  // 60 drawings and 12 photographs of each way to write a character: sixteen for the ten digits, one for each of four letters.
  expect(digits?.known).toHaveLength(16 * 72);
  expect(letters?.known).toHaveLength(4 * 72);
  const others = (digits?.others.length ?? 0) - 1;
  // 22 letters that are like no digit, 42 ways to draw a figure, ten shapes of 160 and 32 photographs, and 700 scenes.
  expect(others).toBe((22 + 42) * 72 + 10 * 192 + 700);
  const without = drawingsFor([...'0123456789'], ['heart', 'polygon']);
  expect(Buffer.concat(without?.known ?? []).equals(Buffer.concat(digits?.known ?? []))).toBe(true);
  expect(without?.others).toHaveLength(others + 1 - 5 * 72 - 192);
  const drawnBefore = new Set(digits?.others.map((pixels) => Buffer.from(pixels).toString('base64')));
  const isNew = (pixels: Uint8Array) => !drawnBefore.has(Buffer.from(pixels).toString('base64'));
  expect(without?.others.filter(isNew)).toEqual([]);
  expect(drawingsFor(['cat', 'dog'])).toBeUndefined();
});
