// A pretrained network as a file to teach upon: its features are those of its makers, and what answers stays what it was.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openModelFile } from '../../../export/files/file.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { readDefaultModel } from '../../../models/default-model.ts';
import { goldenInput, goldenNames } from '../../../models/golden.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';
import { featureModel } from '../../../web-demo/teach/file/feature-graph.ts';
import { trainyard } from '../../command.ts';
import { readSingleCard } from '../../single-card.ts';

const repository = mkdtempSync(join(tmpdir(), 'trainyard-features-'));
afterAll(() => rmSync(repository, { recursive: true }));

/** The makers' features are of this size, which the network takes as well as its own; every twentieth is kept. */
const SIDE = 160;
const EVERY = 20;

it('efficientnet-lite0 is exported with the features of its makers, and answers nothing', async () => {
  cpSync(join(repositoryFolder, 'digits'), join(repository, 'digits'), { recursive: true });
  const labels = await trainyard('export', 'efficientnet-lite0', '--labels', 'a,b');
  expect(labels.stderr).toContain('--labels has no meaning for efficientnet-lite0');
  const { status, stderr } = await trainyard('export', 'efficientnet-lite0', '--repository', repository);
  expect(status, stderr).toBe(0);

  const path = join(repository, 'efficientnet-lite0', '1', 'model.onnx');
  const checks = await verifyAlone(await openModelFile(path, repository));
  expect(checks.filter(({ holds, open }) => !holds || open)).toEqual([]);
  // By name it comes last, and would answer when no model is named.
  expect(await readDefaultModel(repository)).toBe('digits');
  const bytes = readFileSync(path);
  const card = readSingleCard(bytes);
  expect(card).toMatchObject({ labels: ['anything'], metrics: null, input: { shape: [224, 224, 3] } });
  expect(card.golden.map(({ probabilities }) => probabilities)).toEqual(new Array(4).fill([1]));

  const { model, output } = featureModel(decodeModel(bytes), 'image');
  const [image] = model.graph.input;
  const dim = [{ dim_param: 'N' }, { dim_value: SIDE }, { dim_value: SIDE }, { dim_value: 3 }];
  const input = [{ ...image, name: 'image', type: { tensor_type: { elem_type: 2, shape: { dim } } } }];
  const session = await ort.InferenceSession.create(
    encodeModel({ ...model, graph: { ...model.graph, input } }),
    { logSeverityLevel: 3 },
  );
  const text = readFileSync(
    new URL('../../train/architectures/efficientnet-lite0.json', import.meta.url),
    'utf8',
  );
  const theirs = z.array(z.array(z.number())).parse(JSON.parse(text));
  const pictures = Buffer.concat(goldenNames.map((name) => goldenInput(name, [SIDE, SIDE, 3])));
  const shape = [goldenNames.length, SIDE, SIDE, 3];
  const features = (await session.run({ image: new ort.Tensor('uint8', pictures, shape) }))[output];
  await session.release();
  expect(features?.dims).toEqual([goldenNames.length, 1280]);
  const differences = theirs.flatMap((row, i) =>
    row.map((value, j) => Math.abs(value - Number(features?.data[i * 1280 + j * EVERY]))),
  );
  expect(Math.max(...differences)).toBeLessThan(2.5e-5);
}, 120_000);
