// Corrections: the corrected pictures are right, MNIST's test pictures stay so, and the file answers everywhere as was learned.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFile } from '../../../export/files/file.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { readCard } from '../../../models/card.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { argMax } from '../../../models/rank.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';
import { loadDataset, type MemoryDataset } from '../../../train/datasets/index.ts';
import { observing, placeOf } from '../../../web-demo/teach/correct/graph.ts';
import {
  answersWith,
  type Corrections,
  learnCorrections,
  type Seen,
} from '../../../web-demo/teach/correct/learn.ts';
import {
  type CorrectedFile,
  makeCorrected,
  type RunModel,
  type Wrong,
} from '../../../web-demo/teach/correct/make.ts';
import { python } from '../../python.ts';

const SIZE = 28 * 28;
const folder = mkdtempSync(join(tmpdir(), 'trainyard-correct-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run: RunModel = async (file, output, inputs) => {
  const session = await ort.InferenceSession.create(file);
  const rows: Float32Array[] = [];
  for (let from = 0; from < inputs.length; from += 500) {
    const some = inputs.slice(from, from + 500);
    const image = new ort.Tensor('uint8', Buffer.concat(some), [some.length, 28, 28, 1]);
    const answer = (await session.run({ image }))[output]?.data;
    if (!(answer instanceof Float32Array)) throw new Error(`no ${output}`);
    const width = answer.length / some.length;
    for (let i = 0; i < some.length; i++) rows.push(answer.slice(i * width, (i + 1) * width));
  }
  await session.release();
  return rows;
};

/** What `digits` sees of one picture. */
type Row = Seen;

const blank: Row = { features: new Float32Array(), logits: new Float32Array() };

let wrong: Wrong;
let mnist: MemoryDataset['validation'];
/** MNIST's test pictures, and the same in a mirror, which `digits` was never shown; what it sees of them. */
let pictures: { plain: Uint8Array[]; mirrored: Uint8Array[] };
let rows: { plain: Row[]; mirrored: Row[] };

beforeAll(async () => {
  const bytes = readFileSync(join(repositoryFolder, 'digits', '1', 'model.onnx'));
  wrong = { model: decodeModel(bytes), card: readCard(bytes), sha256: 'a'.repeat(64) };
  mnist = (await loadDataset('mnist')).validation;
  const plain = Array.from({ length: mnist.n }, (_, i) =>
    Uint8Array.from(mnist.images.subarray(i * SIZE, (i + 1) * SIZE)),
  );
  const mirror = (x: Uint8Array) => x.map((_, at) => x[at - (at % 28) + 27 - (at % 28)] ?? 0);
  pictures = { plain, mirrored: plain.map(mirror) };
  const { model, output } = observing(wrong.model, placeOf(wrong.model, 'image'));
  const look = async (inputs: Uint8Array[]) =>
    (await run(encodeModel(model), output, inputs)).map((row) => ({
      features: row.slice(0, -10),
      logits: row.slice(-10),
    }));
  rows = { plain: await look(pictures.plain), mirrored: await look(pictures.mirrored) };
}, 120_000);

function together(some: readonly Row[]): Seen {
  const flat = (of: 'features' | 'logits') => Float32Array.from(some.flatMap((row) => Array.from(row[of])));
  return { features: flat('features'), logits: flat('logits') };
}

/** Which mirrored pictures of a digit are taken for another one. */
function misread(digit: number): number[] {
  return [...rows.mirrored.keys()].filter(
    (i) => mnist.labels[i] === digit && argMax(rows.mirrored[i]?.logits ?? []) !== digit,
  );
}

const mirroredRows = (indices: readonly number[]) => indices.map((i) => rows.mirrored[i] ?? blank);

function learn(digit: number, n: number) {
  const given = misread(digit).slice(0, n);
  const seen = together(mirroredRows(given));
  const corrections = learnCorrections(
    seen,
    given.map(() => digit),
  );
  return { given, seen, corrections };
}

function answersTo(some: readonly Row[], corrections: Corrections): Float32Array[] {
  return some.map((row) => answersWith(corrections, row, 1));
}

function accuracy(answers: readonly ArrayLike<number>[]): number {
  return answers.filter((answer, i) => argMax(answer) === mnist.labels[i]).length / mnist.n;
}

// Of all digits, 2 and 3 cost MNIST most, and with 9 other pictures gain most.
describe.each([2, 3, 9])('a mirrored %i that is corrected', (digit) => {
  it.each([
    [3, 0.01],
    [10, 0.15],
  ])('is right in each of %i pictures and in %f of the others, and MNIST stays', (n, gain) => {
    const { seen, corrections } = learn(digit, n);
    const answers = answersWith(corrections, seen, n);
    for (let i = 0; i < n; i++) expect(answers[i * 10 + digit]).toBeGreaterThanOrEqual(0.699);

    const before = accuracy(rows.plain.map(({ logits }) => logits));
    // Measured: at most 0.10 points less.
    expect(before - accuracy(answersTo(rows.plain, corrections))).toBeLessThanOrEqual(0.002);

    const others = mirroredRows(misread(digit).slice(n));
    const right = answersTo(others, corrections).filter((answer) => argMax(answer) === digit);
    expect(right.length / others.length).toBeGreaterThan(gain);
  });
});

describe('a corrected file', () => {
  const path = join(folder, 'model.onnx');
  let made: CorrectedFile;
  let taught: ReturnType<typeof learn>;
  beforeAll(async () => {
    taught = learn(2, 10);
    const given = taught.given.map((i) => ({ input: pictures.mirrored[i] ?? new Uint8Array(), label: 2 }));
    made = await makeCorrected('digits-corrected', wrong, given, run, 'onnxruntime-node');
    writeFileSync(path, made.file);
  });

  it('is verified, and its card says by what it was corrected, and no accuracy that was measured before', async () => {
    const checks = await verifyAlone(await openModelFile(path, repositoryFolder));
    expect(checks.filter(({ holds, open }) => !holds || open)).toEqual([]);
    expect(readCard(made.file)).toEqual(made.card);
    expect(made.card).toMatchObject({
      ...{ name: 'digits-corrected', labels: wrong.card.labels, metrics: null },
      parity: { n: 10, changedLabels: 0, tolerance: 1e-5 },
      recipe: { corrected: { examples: { 2: 10 }, model: { name: 'digits', sha256: 'a'.repeat(64) } } },
    });
    expect(made.card.datasets.at(-1)).toMatchObject({ name: 'corrections', split: 'train', n: 10 });
  });

  it('answers in Python as was learned: what was corrected is right, and MNIST loses 0.2 points at most', () => {
    const inputs = join(folder, 'inputs');
    writeFileSync(
      inputs,
      Buffer.concat([
        ...taught.given.map((i) => pictures.mirrored[i] ?? new Uint8Array()),
        ...pictures.plain,
      ]),
    );
    const script = `
import sys, numpy as np, onnx, onnxruntime as ort
onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)
session, x = ort.InferenceSession(sys.argv[1]), np.fromfile(sys.argv[2], np.uint8).reshape(-1, 28, 28, 1)
np.concatenate([session.run(None, {'image': x[i:i + 500]})[0] for i in range(0, len(x), 500)]).tofile(sys.argv[3])`;
    const output = join(folder, 'output');
    python(script, [path, inputs, output]);
    const bytes = readFileSync(output);
    const theirs = Array.from({ length: 10 + mnist.n }, (_, i) =>
      Float32Array.from({ length: 10 }, (_, k) => bytes.readFloatLE(4 * (10 * i + k))),
    );
    expect(theirs.slice(0, 10).map((answer) => argMax(answer))).toEqual(new Array(10).fill(2));
    const before = accuracy(rows.plain.map(({ logits }) => logits));
    expect(before - accuracy(theirs.slice(10))).toBeLessThanOrEqual(0.002);
    const ours = answersTo([...mirroredRows(taught.given), ...rows.plain], taught.corrections);
    let difference = 0;
    for (const [i, answer] of ours.entries())
      for (const [k, value] of answer.entries())
        difference = Math.max(difference, Math.abs(value - (theirs[i]?.[k] ?? Number.NaN)));
    expect(difference).toBeLessThan(1e-5);
  });

  it('can be corrected once more, and what was corrected first stays', async () => {
    const again: Wrong = { model: decodeModel(made.file), card: made.card, sha256: 'b'.repeat(64) };
    const input = pictures.mirrored[misread(9)[0] ?? 0] ?? new Uint8Array();
    const { file, answers } = await makeCorrected('again', again, [{ input, label: 9 }], run, 'node');
    expect(argMax(answers[0] ?? [])).toBe(9);
    const first = taught.given.map((i) => pictures.mirrored[i] ?? new Uint8Array());
    const all = await run(file, 'probabilities', [input, ...first]);
    expect(all.map((answer) => argMax(answer))).toEqual([9, ...new Array(10).fill(2)]);
  });
});

it('pictures that are the same and said to be of two classes share the answer', () => {
  const [one = blank] = mirroredRows(misread(2));
  const seen = together([one, one]);
  const corrections = learnCorrections(seen, [2, 7]);
  const [answer = new Float32Array()] = answersTo([one], corrections);
  expect(answer[2]).toBeCloseTo(0.5, 2);
  expect(answer[7]).toBeCloseTo(0.5, 2);
});

it('a model that does not end in a softmax is refused', () => {
  const { graph } = wrong.model;
  const cut = graph.node.slice(0, -1);
  const output = [{ name: cut.at(-1)?.output[0] ?? '' }];
  expect(() => placeOf({ ...wrong.model, graph: { ...graph, node: cut, output } }, 'image')).toThrow(
    'this model ends in Gemm, expected a Softmax',
  );
});
