// What is promised of `train --from model.onnx`: a file carries the weights of its checkpoint, bit for bit.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../../../export/passes/batch-norm.ts';
import { removeDead } from '../../../export/passes/dead.ts';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import { cardKey } from '../../../models/card.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { type ArchitectureOptions, createArchitecture } from '../../../train/architectures/index.ts';
import { stateOf } from '../../../train/graph/state.ts';
import { createParameters, disposeParameters } from '../../../train/layers/net.ts';
import { fit } from '../../../train/loop/fit.ts';
import { takeWeights, weightsOf } from '../../../train/loop/initial-weights.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun, type Run } from '../../../train/runs/run.ts';
import { readModelFile, weightsOfModel } from '../../../train/runs/weights-of-model-file.ts';
import { ownCase } from '../../export/networks.ts';
import { exportCase } from '../../export/support.ts';
import { choose } from '../choose.ts';
import { smallMnist } from '../small-mnist.ts';

const networks: readonly (readonly [ArchitectureOptions, [number, number, number]])[] = [
  [{ name: 'airbench', widths: [8, 12, 12] }, [32, 32, 3]],
  [{ name: 'conv-net', filters: [4, 6], units: 16, initializer: 'small' }, [13, 11, 3]],
  [{ name: 'efficientnet-lite0', dropout: 0.2 }, [32, 32, 3]],
  [{ name: 'resnet', blocks: [1, 1], widths: [8, 12], stem: 'small', dropout: 0 }, [32, 32, 3]],
  [{ name: 'fully-connected', units: [16, 12], initializer: 'small' }, [28, 28, 1]],
  [{ name: 'small-cnn', filters: [4, 6, 8] }, [28, 28, 1]],
  [{ name: 'vgg', batchNorm: true, dropout: 0.5, widths: [4, 6, 8, 8], hidden: 16 }, [32, 32, 3]],
];

describe('weightsOfModel', () => {
  it.each(networks.map(([options, shape]) => [options.name, options, shape] as const))(
    '%s',
    (_, options, shape) => {
      const subject = ownCase(options, shape);
      const weights = weightsOfModel(decodeModel(encodeModel(exportCase(subject))));
      const state = stateOf(subject.variables ?? new Map());
      for (const [name, variable] of subject.variables ?? []) {
        expect(weights.get(name)?.shape, name).toEqual(variable.shape);
        expect(isSame(weights.get(name)?.values, state.get(name)), name).toBe(true);
      }
      const parameters = createParameters(createArchitecture(options, 10), shape, 3, () => ({
        values: Float32Array.from({ length: 20 * shape[0] * shape[1] * shape[2] }, (_, i) => Math.sin(i * i)),
        shape: [20, ...shape],
      }));
      expect(takeWeights(parameters, weights)).toEqual([]);
      disposeParameters(parameters);
    },
  );
});

/** Whether they are the same numbers; `toEqual` is slow with millions of them. */
function isSame(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a?.length === b?.length && (a?.every((value, i) => value === b?.[i]) ?? false);
}

describe('a run, exported and carried back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-from-'));
  const recipe = findRecipe('digits', { epochs: 1, batchSize: 50 });
  let run: Run;
  let path: string;
  beforeAll(async () => {
    const dataset = await smallMnist(500, 100);
    run = createRun(join(folder, 'runs'), recipe, {});
    await fit({ recipe, dataset, run });
    const { card, ...model } = await loadRun(run, 'best');
    ({ path } = await exportModel(
      { card, ...model, judged: dataset.validation },
      { repository: join(folder, 'models') },
    ));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const args = (from: string, name?: string) => ({
    ...(name !== undefined && { recipe: name }),
    precision: 'float32',
    from,
    runs: join(folder, 'others'),
  });

  it('starts from the weights of the checkpoint, by the recipe of the card', async () => {
    const chosen = await choose(args(path));
    const weights = weightsOf(readCheckpoint(run.best));
    for (const [name, { shape, values }] of weights) {
      expect(chosen.weights?.get(name)?.shape, name).toEqual(shape);
      expect(chosen.weights?.get(name)?.values, name).toEqual(values);
    }
    expect(chosen.recipe).toMatchObject({ name: 'digits', epochs: 1, batchSize: 50, precision: 'float32' });
    const dataset = await smallMnist(500, 100);
    const step = createTraining(chosen.recipe, dataset, chosen.weights);
    const state = step.read();
    for (const [name, { values }] of weights) expect(state.get(name), name).toEqual(values);
    step.dispose();
  });

  it('asks for the folder where the model was trained on one, which its card does not place', async () => {
    const model = decodeModel(readFileSync(path));
    const ofFolder = model.metadata_props.map(({ key, value }) => {
      const { cardDigest: _, ...card } = key === cardKey ? JSON.parse(value ?? '') : {};
      return {
        key,
        value:
          key === cardKey
            ? JSON.stringify({ ...card, recipe: { ...card.recipe, dataset: 'my pets' } })
            : value,
      };
    });
    const other = join(folder, 'pets.onnx');
    writeFileSync(other, encodeModel({ ...model, metadata_props: ofFolder }));
    await expect(choose(args(other))).rejects.toThrow(
      /trained on a folder of pictures, my pets, .* Name the folder/,
    );
  });

  it('takes another recipe that is named', async () => {
    const { epochs } = findRecipe('digits');
    expect((await choose(args(path, 'digits'))).recipe.epochs).toBe(epochs);
  });

  it('augments as asked, and refuses options of other recipes', async () => {
    const { recipe: gentle } = await choose({ ...args(path), augment: 'none', 'max-rotate': '5' });
    expect(gentle.augment).toEqual({ maxRotate: 5 });
    expect(gentle.options).toMatchObject({ augment: 'none', 'max-rotate': '5' });
    expect((await choose(args(path))).recipe.augment).toEqual(recipe.augment);
    await expect(choose({ ...args(path), init: 'small' })).rejects.toThrow(/--init has no meaning here/);
  });

  it('refuses what does not hold the weights as they were trained', () => {
    const file = (name: string, bytes: Uint8Array) => {
      const own = join(folder, name);
      writeFileSync(own, bytes);
      return own;
    };
    const bytes = readFileSync(path);
    const model = decodeModel(bytes);
    const folded = encodeModel({ ...model, graph: removeDead(foldBatchNorm(model.graph)) });
    expect(() => readModelFile(file('folded.onnx', folded))).toThrow(
      /lacks weights of its network \(conv1\/norm\/gamma/,
    );
    expect(() => readModelFile(join(folder, 'none.onnx'))).toThrow(/none\.onnx cannot be read/);
    expect(() => readModelFile(file('cut.onnx', bytes.subarray(0, 1000)))).toThrow(
      /not a readable ONNX model/,
    );
    expect(() => readModelFile(file('bare.onnx', encodeModel({ ...model, metadata_props: [] })))).toThrow(
      /has no card/,
    );
    expect(() =>
      readModelFile(file('theirs.onnx', encodeModel({ ...model, producer_name: 'tf2onnx' }))),
    ).toThrow(/was made by tf2onnx/);
  });
});
