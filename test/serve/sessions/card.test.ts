// What is promised of a model whose card was changed after it was written: no session opens it, so its labels are never served.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { CardOf } from '../../../models/card.ts';
import { withDigest } from '../../../models/card-proof.ts';
import { openModelSession } from '../../../serve/sessions/session.ts';
import { tinyModel } from '../tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-card-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function open(change: (card: CardOf<'single'>) => CardOf<'single'>): Promise<string[]> {
  const { bytes, card } = await tinyModel({ change });
  const path = join(folder, 'model.onnx');
  writeFileSync(path, bytes);
  const session = await openModelSession(path, card, { threads: 1, device: 'cpu' });
  await session.release();
  return card.labels;
}

const sevenIsNine = ({ labels, ...card }: CardOf<'single'>): CardOf<'single'> => ({
  ...card,
  labels: labels.map((label) => (label === '7' ? '9' : label === '9' ? '7' : label)),
});

it('opens what is as it was written, and what was written before cards proved their labels', async () => {
  const { card } = await tinyModel();
  expect(await open(withDigest)).toEqual(card.labels);
  expect(await open((card) => card)).toEqual(card.labels);
});

it('refuses a card with two labels swapped', async () => {
  await expect(open((card) => sevenIsNine(withDigest(card)))).rejects.toThrow(
    /its card is not as it was written with the model: labels, .* Export the model again/,
  );
});
