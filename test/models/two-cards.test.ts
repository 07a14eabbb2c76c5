// What is promised of a model file with two cards: no reader takes either, and each other key has the value that onnx gives.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openModelFile } from '../../export/files/file.ts';
import { readCard } from '../../models/card.ts';
import { readMetadata } from '../../models/onnx/metadata.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { readServedModel } from '../../serve/engine/read-model.ts';
import { python } from '../python.ts';
import { colors } from '../serve/harness.ts';
import { tinyModel } from '../serve/tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-two-cards-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { bytes, card } = await tinyModel(colors);
const model = decodeModel(bytes);

it('is refused by the readers of cards, of files and of the server', async () => {
  const swapped = JSON.stringify({ ...card, labels: card.labels.toReversed() });
  const two = encodeModel({
    ...model,
    metadata_props: [...model.metadata_props, { key: 'trainyard.card', value: swapped }],
  });
  const path = join(folder, 'model.onnx');
  writeFileSync(path, two);
  const error = /the model has 2 cards, expected one "trainyard\.card"/;
  expect(() => readCard(two)).toThrow(error);
  await expect(openModelFile(path, folder)).rejects.toThrow(error);
  await expect(readServedModel({ name: 'colors', version: 1, path })).rejects.toThrow(error);
  expect(readCard(bytes)).toEqual(card);
});

it('any other key counts as onnxruntime has it', () => {
  const twice = ['first', 'second'].map((value) => ({ key: 'author', value }));
  const bytes = encodeModel({ ...model, metadata_props: [...model.metadata_props, ...twice] });
  const path = join(folder, 'twice.onnx');
  writeFileSync(path, bytes);
  const script =
    "import sys, onnxruntime as o\nm = o.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])\nprint(m.get_modelmeta().custom_metadata_map['author'])";
  const said = python(script, [path]).trim();
  expect(readMetadata(bytes).author).toBe(said);
});
