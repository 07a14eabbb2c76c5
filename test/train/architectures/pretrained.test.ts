// Imported weights make of a picture what they make in the implementation that they were published with.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { goldenInput, goldenNames } from '../../../models/golden.ts';
import type { Shape } from '../../../models/image/shape.ts';
import { createArchitecture } from '../../../train/architectures/index.ts';
import {
  fetchPretrained,
  pretrainedSchema,
  readPretrained,
} from '../../../train/architectures/pretrained.ts';
import { allParameters, createParameters, disposeParameters } from '../../../train/layers/net.ts';
import { createExtractor } from '../../../train/loop/features.ts';
import { takeWeights } from '../../../train/loop/initial-weights.ts';
import { folderNetworks } from '../../../train/recipes/networks.ts';

const SHAPE: Shape = [160, 160, 3];
/** reference.py keeps every twentieth feature. */
const EVERY = 20;

it.each(pretrainedSchema.options)('%s gives the features of its makers', async (name) => {
  const text = readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8');
  const expected = z.array(z.array(z.number())).parse(JSON.parse(text));
  const { recipe } = folderNetworks.get(name) ?? {};
  const architecture = createArchitecture({ name, dropout: 0 }, 2);
  if (recipe === undefined || architecture.parts === undefined) throw new Error('it is a network in parts');
  await fetchPretrained({ pretrained: name });
  const parameters = createParameters(architecture, SHAPE, 1);
  takeWeights(parameters, readPretrained(name));
  const state = new Map(
    [...allParameters(parameters)].map(([name, variable]) => [
      name,
      Float32Array.from(variable.dataSync() as Float32Array),
    ]),
  );
  const extractor = createExtractor(architecture.parts, parameters, state, recipe.standardize, SHAPE);
  const pictures = Buffer.concat(goldenNames.map((name) => goldenInput(name, SHAPE)));
  const features = await extractor.extract(pictures);
  await extractor.close();
  disposeParameters(parameters);
  expect(features).toHaveLength(goldenNames.length * 1280);
  const differences = expected.flatMap((row, i) =>
    row.map((value, j) => Math.abs(value - (features[i * 1280 + j * EVERY] ?? Number.NaN))),
  );
  // Measured: 8.2e-6 over all features, which go up to 4.6.
  expect(Math.max(...differences)).toBeLessThan(2.5e-5);
});
