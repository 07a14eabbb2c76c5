// What `trainyard diff` promises: every difference between two files is listed, and nothing else.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diff } from '../../../export/diff/index.ts';
import { differenceInWords } from '../../../export/diff/text.ts';
import { type OpenModelFile, openModelFile } from '../../../export/files/file.ts';
import { canonicalJson } from '../../../models/canonical.ts';
import { cardKey } from '../../../models/card.ts';
import { encodeModel, type ModelProto } from '../../../models/onnx/schema.ts';
import { withoutNovelty } from '../../../models/onnx/without-novelty.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';
import { trainyard } from '../../command.ts';
import { digitPng } from '../../serve/digit.ts';
import { shippedModels } from '../../shipped.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-diff-'));
const pictures = join(folder, 'pictures');
const shippedPath = shippedModels.digits;
let shipped: OpenModelFile;

beforeAll(async () => {
  shipped = await openModelFile(shippedPath, repositoryFolder);
  mkdirSync(pictures);
  for (const i of [0, 1, 2]) writeFileSync(join(pictures, `${i}.png`), await digitPng(i));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The shipped model, changed. */
async function changed(change: (model: ModelProto) => ModelProto): Promise<OpenModelFile> {
  const path = join(folder, 'changed.onnx');
  writeFileSync(path, encodeModel(change(shipped.model)));
  return openModelFile(path, repositoryFolder);
}

const withGraph = (model: ModelProto, graph: Partial<ModelProto['graph']>): ModelProto => ({
  ...model,
  graph: { ...model.graph, ...graph },
});

/** Swaps the last biases of 7 and another digit by so much that no answer is 7. */
const without7 = (model: ModelProto) =>
  withGraph(model, {
    initializer: model.graph.initializer.map((tensor) => {
      if (tensor.name !== 'logits/bias') return tensor;
      const values = new Float32Array((tensor.raw_data ?? new Uint8Array()).slice().buffer);
      values[7] = (values[7] ?? 0) - 100;
      return { ...tensor, raw_data: new Uint8Array(values.buffer) };
    }),
  });

describe('diff', () => {
  it('finds nothing between a file and itself', async () => {
    const difference = await diff(shipped, shipped, pictures);
    expect(difference.structure).toEqual([]);
    expect(difference.weights).toEqual({
      equal: shipped.model.graph.initializer.length,
      changed: [],
      renamed: [],
      others: [],
    });
    expect(difference.card).toEqual([]);
    expect(difference.answers).toEqual({ n: 3, pictures, largest: 0, changed: [] });
  });

  it('finds one changed weight, how far it went, and the answers that changed', async () => {
    const { structure, weights, card, answers } = await diff(shipped, await changed(without7), pictures);
    expect([structure, card, weights.others]).toEqual([[], [], []]);
    expect(weights.changed).toEqual([
      { name: 'logits/bias', shape: [10], largest: expect.closeTo(100, 4), relative: expect.any(Number) },
    ]);
    expect(answers?.changed.map(({ picture, before }) => [picture, before.label])).toEqual([['0.png', '7']]);
    expect(answers?.changed[0]?.after.label).not.toBe('7');
  });

  it('asks for each of many pictures, and for the built-in ones where none are named', async () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    const [seven, other] = [await digitPng(0), await digitPng(1)];
    // More than are asked for at a time.
    for (let i = 0; i < 103; i++)
      writeFileSync(join(many, `${String(i).padStart(3, '0')}.png`), [0, 101].includes(i) ? seven : other);
    const { answers } = await diff(shipped, await changed(without7), many);
    expect(answers).toMatchObject({ n: 103, pictures: many });
    expect(answers?.changed.map(({ picture }) => picture)).toEqual(['000.png', '101.png']);
    expect((await diff(shipped, shipped)).answers).toEqual({
      ...{ n: 4, pictures: 'the built-in pictures', largest: 0, changed: [] },
    });
  });

  it('names the file that cannot be run', async () => {
    const broken = await changed((model) =>
      withGraph(model, { node: model.graph.node.map((node) => ({ ...node, op_type: 'Hardmin' })) }),
    );
    await expect(diff(shipped, broken)).rejects.toThrow(
      /changed\.onnx cannot be run: .*Hardmin.* npm run verify .*changed\.onnx/,
    );
  });

  it('finds a changed attribute, a node that is gone, and another opset', async () => {
    const after = await changed((whole) => {
      const model = withoutNovelty(whole);
      const node = model.graph.node
        .filter(({ name }) => name !== 'Softmax')
        .map((each) =>
          each.name === 'conv2/norm/BatchNormalization'
            ? { ...each, attribute: each.attribute.map((attribute) => ({ ...attribute, f: 0.5 })) }
            : each,
        );
      const last = node.at(-1);
      const named = node.map((each) => (each === last ? { ...each, output: ['probabilities'] } : each));
      return { ...withGraph(model, { node: named }), opset_import: [{ domain: '', version: 18 }] };
    });
    const { structure } = await diff(shipped, after);
    const what = structure.map((change) => change.what);
    expect(what).toContain('opset');
    expect(what).toContain('operators');
    expect(structure.find((change) => change.what === 'node conv2/norm/BatchNormalization')?.after).toMatch(
      /epsilon=0\.5/,
    );
    expect(what.some((each) => /^node .*(Gemm|Softmax|probabilities)/.test(each))).toBe(true);
  });

  it('finds changed fields of the card, by their paths', async () => {
    const after = await changed((model) => ({
      ...model,
      metadata_props: model.metadata_props.map(({ key, value }) => {
        if (key !== cardKey) return { key, value };
        const card = JSON.parse(value);
        const { tta, ...rest } = card;
        return {
          key,
          value: canonicalJson({
            ...rest,
            description: 'another',
            recipe: { ...card.recipe, seed: 2, new: 1 },
          }),
        };
      }),
    }));
    const { card } = await diff(shipped, after);
    expect(card).toContainEqual({ what: 'description', before: expect.any(String), after: '"another"' });
    expect(card).toContainEqual({ what: 'recipe.seed', before: '1', after: '2' });
    expect(card).toContainEqual({ what: 'recipe.new', after: '1' });
    expect(card).toHaveLength(3);
  });

  it('compares files without a card as well, but for the answers', async () => {
    const bare = await changed((model) => ({ ...model, metadata_props: [] }));
    const difference = await diff(shipped, bare);
    expect(difference.answers).toBeUndefined();
    expect(differenceInWords(difference)).toMatch(
      /structure: the same[\s\S]*weights: all \d+ equal[\s\S]*not asked/,
    );
  });
});

describe('trainyard diff', () => {
  it('prints it, and as JSON', async () => {
    const { path } = await changed(without7);
    const run = async (...args: string[]) =>
      (await trainyard('diff', shippedPath, path, '--pictures', pictures, ...args)).stdout;
    expect(await run()).toMatch(/answers: 1 of 3 changed .*\n {2}~ 0\.png: 7 \(\d+\.\d\d %\) -> \d \(/);
    expect(JSON.parse(await run('--json'))).toMatchObject({ answers: { n: 3 }, structure: [] });
  });
});
