// What `trainyard verify` promises: a file that was changed is found out, and a difference is traced to its layer.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../../export/convert.ts';
import { openModelFile } from '../../../export/files/file.ts';
import { exportModel } from '../../../export/publish/export.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import { compareWith, openReference, picturesFor } from '../../../export/verify/against.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { verificationInWords } from '../../../export/verify/text.ts';
import { canonicalJson } from '../../../models/canonical.ts';
import { cardKey } from '../../../models/card.ts';
import { decodeModel, encodeModel, type ModelProto } from '../../../models/onnx/schema.ts';
import { fit } from '../../../train/loop/fit.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { createRun, type Run } from '../../../train/runs/run.ts';
import { trainyard } from '../../command.ts';
import { digitPng } from '../../serve/digit.ts';
import { smallMnist } from '../../train/small-mnist.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-verify-'));
const [runs, repository, pictures] = ['runs', 'models', 'pictures'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
let run: Run;
let path: string;

beforeAll(async () => {
  const dataset = await smallMnist(1000, 100);
  const recipe = findRecipe('digits', { epochs: 1, batchSize: 50 });
  run = createRun(runs, recipe, {});
  await fit({ recipe, dataset, run });
  const { validation } = dataset;
  const model = { ...(await loadRun(run, 'best')), validation, judged: validation };
  ({ path } = await exportModel(model, { repository }));
  mkdirSync(join(pictures, 'more'), { recursive: true });
  writeFileSync(join(pictures, 'seven.png'), await digitPng(0));
  writeFileSync(
    join(pictures, 'more', 'two.jpg'),
    await sharp(await digitPng(1))
      .jpeg()
      .toBuffer(),
  );
  writeFileSync(join(pictures, 'notes.txt'), 'not a picture');
});
afterAll(() => rmSync(folder, { recursive: true }));

const model = () => decodeModel(readFileSync(path));

/** Writes a changed model and opens it. */
function changed(name: string, value: ModelProto) {
  const own = join(folder, name);
  writeFileSync(own, encodeModel(value));
  return openModelFile(own, repository);
}

const failed = async (file: Awaited<ReturnType<typeof openModelFile>>) =>
  (await verifyAlone(file)).filter(({ holds }) => !holds).map(({ name }) => name);

const list = (value: unknown): object[] => (Array.isArray(value) ? value : []);

function swapped(labels: unknown, a: number, b: number): unknown[] {
  const names = [...list(labels)];
  return names.map((name, i) => (i === a ? names[b] : i === b ? names[a] : name));
}

/** The model with some weights changed. */
function withWeights(change: (name: string, values: Float32Array) => void): ModelProto {
  const before = model();
  const initializer = before.graph.initializer.map((tensor) => {
    if (tensor.data_type !== 1) return tensor;
    const values = new Float32Array(new Uint8Array(tensor.raw_data ?? []).buffer);
    change(tensor.name ?? '', values);
    return { ...tensor, raw_data: new Uint8Array(values.buffer) };
  });
  return { ...before, graph: { ...before.graph, initializer } };
}

describe('verify from the file alone', () => {
  it('finds nothing wrong with what was exported, by path, name and version', async () => {
    for (const name of [path, 'digits', 'digits/1']) {
      const file = await openModelFile(name, repository);
      expect(await failed(file)).toEqual([]);
    }
  });

  it('takes the model that was exported last where none is named, and says which', async () => {
    const models = join(folder, 'two');
    for (const [name, version] of [
      ['a', '1'],
      ['b', '1'],
      ['b', '2'],
    ]) {
      mkdirSync(join(models, `${name}`, `${version}`), { recursive: true });
      writeFileSync(join(models, `${name}`, `${version}`, 'model.onnx'), readFileSync(path));
    }
    const unsaid = await trainyard('verify', '--repository', models);
    expect(unsaid).toMatchObject({ status: 1, stderr: expect.stringMatching(/Which model\? .* holds a, b/) });
    writeFileSync(join(models, 'default-model'), 'b\n');
    const { status, stdout } = await trainyard('verify', '--repository', models);
    expect([status, stdout.split('\n')[0]]).toEqual([0, join(models, 'b/2/model.onnx')]);
    // The only one that there is.
    expect((await trainyard('verify', '--repository', repository)).stdout.split('\n')[0]).toBe(path);
  });

  it('finds one changed byte of a weight', async () => {
    const file = await changed(
      'bit.onnx',
      withWeights((name, values) => {
        if (name === 'conv3/kernel') new Uint8Array(values.buffer).fill(0x55, 28, 29);
      }),
    );
    expect(await failed(file)).toEqual(['weights']);
  });

  it('finds an answer that has changed', async () => {
    const before = model();
    const node = before.graph.node.map((each) =>
      each.op_type === 'Relu' ? { ...each, op_type: 'Elu' } : each,
    );
    expect(await failed(await changed('elu.onnx', { ...before, graph: { ...before.graph, node } }))).toEqual([
      'golden',
    ]);
  });

  it('finds a recipe that was rewritten', async () => {
    const before = model();
    const metadata_props = before.metadata_props.map(({ key, value }) => {
      if (key !== cardKey) return { key, value };
      const card = JSON.parse(value);
      return { key, value: canonicalJson({ ...card, recipe: { ...card.recipe, seed: 2 } }) };
    });
    expect(await failed(await changed('recipe.onnx', { ...before, metadata_props }))).toEqual(['recipe']);
  });

  /** The model with another card. */
  function withCardText(change: (card: Record<string, unknown>) => object): ModelProto {
    const before = model();
    const metadata_props = before.metadata_props.map(({ key, value }) =>
      key === cardKey ? { key, value: canonicalJson(change(JSON.parse(value))) } : { key, value },
    );
    return { ...before, metadata_props };
  }

  it.each<[string, (card: Record<string, unknown>) => object, string[]]>([
    ['two labels swapped', (card) => ({ labels: swapped(card.labels, 7, 9) }), ['card']],
    ['another label', (card) => ({ labels: ['zero', ...list(card.labels).slice(1)] }), ['card']],
    [
      'another rule for pictures',
      () => ({
        input: {
          name: 'image',
          shape: [28, 28, 1],
          prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
        },
      }),
      ['card'],
    ],
    [
      'a temperature',
      () => ({ calibration: { temperature: 2, n: 1, error: 0, temperedError: 0 } }),
      ['card'],
    ],
    [
      'other expected answers, and a certificate that allows them',
      ({ golden, parity }) => ({
        golden: list(golden).map((each) => ({ ...each, probabilities: Array(10).fill(0.1) })),
        parity: { ...Object(parity), tolerance: 1 },
      }),
      ['card'],
    ],
    ['a better accuracy', ({ metrics }) => ({ metrics: { ...Object(metrics), accuracy: 1 } }), ['card']],
    ['another name and description', () => ({ name: 'mine', description: 'mine' }), []],
  ])('finds %s in the card', async (what, change, expected) => {
    const file = await changed(
      'card.onnx',
      withCardText((card) => ({ ...card, ...change(card) })),
    );
    expect(await failed(file), what).toEqual(expected);
  });

  it('tells a card apart that was written before cards proved their labels', async () => {
    const older = await changed(
      'older.onnx',
      withCardText(({ cardDigest: _, ...card }) => card),
    );
    const checks = await verifyAlone(older);
    expect(await failed(older)).toEqual([]);
    expect(checks.find(({ name }) => name === 'card')).toMatchObject({ open: 'older' });
    const words = verificationInWords(older.path, checks);
    expect(words).toMatch(/older {3}card +this card is older and does not prove its labels/);
    expect(words).toMatch(/All 5 checks hold; not proven: card\.$/);
  });

  it('finds a graph that is out of order, a tensor of another size, and another output', async () => {
    const before = model();
    const { graph } = before;
    const [first, ...others] = graph.node;
    const node = first ? [...others, first] : [];
    expect(await failed(await changed('order.onnx', { ...before, graph: { ...graph, node } }))).toEqual([
      'structure',
    ]);
    const initializer = graph.initializer.map((tensor) =>
      tensor.name === 'logits/bias' ? { ...tensor, dims: [11] } : tensor,
    );
    const cut = await changed('size.onnx', { ...before, graph: { ...graph, initializer } });
    expect((await verifyAlone(cut)).find(({ name }) => name === 'structure')?.found).toBe(
      'logits/bias [11] has 40 bytes, expected 44',
    );
  });

  it('says what is missing', async () => {
    await expect(openModelFile(join(folder, 'none.onnx'), repository)).rejects.toThrow(
      /none\.onnx cannot be read/,
    );
    await expect(openModelFile('digit', repository)).rejects.toThrow(/Did you mean digits\?/);
    const bare = await changed('bare.onnx', { ...model(), metadata_props: [] });
    await expect(verifyAlone(bare)).rejects.toThrow(/bare\.onnx has no card/);
  });
});

describe('verify against what was exported', () => {
  it('holds for the checkpoint, on test pictures and on those of a folder', async () => {
    const file = await openModelFile('digits', repository);
    const reference = await openReference(run.name, runs, file);
    for (const images of [await picturesFor(file, undefined), await picturesFor(file, pictures)]) {
      const { parity, byLayer, ...rest } = await compareWith(reference, file, images, [28, 28, 1]);
      expect(rest).toMatchObject({ holds: true, against: run.best });
      expect(parity.n).toBe(images.length / 784);
      expect(byLayer).toBeUndefined();
    }
    expect((await picturesFor(file, pictures)).length).toBe(2 * 784);
  });

  it('names the first layer that differs in a changed file, and the weights that differ', async () => {
    const file = await changed(
      'changed.onnx',
      withWeights((name, values) => {
        if (name === 'conv3/kernel') values.set(values.map((value) => value * 1.05));
      }),
    );
    const reference = await openReference(run.best, runs, file);
    const result = await compareWith(reference, file, await picturesFor(file, undefined), [28, 28, 1]);
    expect(result.holds).toBe(false);
    const { layers, first } = result.byLayer ?? { layers: [] };
    expect(layers.map(({ layer }) => layer)).toEqual([
      ...['conv1', 'conv1/norm', 'conv2', 'conv2/norm', 'conv3', 'conv3/norm'],
      ...['conv4', 'conv4/norm', 'conv5', 'conv5/norm', 'logits', 'output'],
    ]);
    expect(first?.layer).toBe('conv3');
    expect(first?.changedWeights).toEqual(['conv3/kernel']);
    // Before it there is but rounding: 8.3e-7 measured.
    for (const { relative } of layers.slice(0, 4)) expect(relative).toBeLessThan(3e-6);
    expect(verificationInWords('changed.onnx', [], result)).toMatch(
      /conv3 +Conv +\[N,14,14,32\] .*<- differs first here; other weights: kernel/,
    );
  });

  it('finds a layer that computes otherwise with the same weights', async () => {
    const before = model();
    const node = before.graph.node.map((each) =>
      each.name === 'conv2/norm/BatchNormalization'
        ? { ...each, attribute: each.attribute.map((attribute) => ({ ...attribute, f: 0.5 })) }
        : each,
    );
    const file = await changed('epsilon.onnx', { ...before, graph: { ...before.graph, node } });
    const reference = await openReference(run.best, runs, file);
    const { byLayer } = await compareWith(reference, file, await picturesFor(file, undefined), [28, 28, 1]);
    expect(byLayer?.first).toMatchObject({ layer: 'conv2/norm', changedWeights: [] });
  });

  it('an export whose parity fails says where, and writes nothing', async () => {
    const dataset = await smallMnist(100, 100);
    const exported = exportModel(
      { ...(await loadRun(run, 'best')), validation: dataset.validation, judged: dataset.validation },
      {
        repository: join(folder, 'failed'),
        convert: (graph, state, options) =>
          convert(
            graph,
            new Map([
              ...state,
              ['conv4/kernel', (state.get('conv4/kernel') ?? new Float32Array()).map((x) => 2 * x)],
            ]),
            options,
          ),
      },
    );
    await expect(exported).rejects.toThrow(
      /Nothing was written\. They differ first at conv4[\s\S]*conv4 .*<- differs first here/,
    );
    await expect(openModelFile('digits', join(folder, 'failed'))).rejects.toThrow(/no model in/);
  });
});

describe('trainyard verify', () => {
  it('ends with status 1 when a check fails', async () => {
    expect(await trainyard('verify', path, '--json')).toMatchObject({ status: 0 });
    const bad = await trainyard('verify', join(folder, 'bit.onnx'));
    expect(bad.stdout).toMatch(
      /FAILED {2}weights {4}SHA-256 .*: the weights are not those that were exported/,
    );
    expect(bad.status).toBe(1);
  });
});
