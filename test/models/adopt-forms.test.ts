// What is promised of models from elsewhere, whichever tool wrote them: what onnxruntime says of each file as it is.
// Every form is written by Python's onnx, and has its reference from Python's onnxruntime.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adoptModel } from '../../models/adopt/index.ts';
import { readCard } from '../../models/card.ts';
import { openModelSession } from '../../serve/sessions/session.ts';
import { python } from '../python.ts';

interface Written {
  readonly name: string;
  readonly card: object;
  readonly answer: number[][];
  /** Pictures at once; null for any number. */
  readonly largest: number | null;
}

const folder = mkdtempSync(join(tmpdir(), 'trainyard-adopt-forms-'));
let pictures: number[][];
let models: Written[];

beforeAll(() => {
  const script = readFileSync(fileURLToPath(new URL('./adopt_forms.py', import.meta.url)), 'utf8');
  ({ pictures, models } = JSON.parse(python(script, [folder])));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(name: string, card: object) {
  const place = join(folder, name);
  const own = adoptModel(
    'elsewhere',
    readFileSync(join(place, 'model.onnx')),
    { card: JSON.stringify(card) },
    join(place, 'model.onnx'),
  );
  const path = join(place, 'own.onnx');
  writeFileSync(path, own);
  return openModelSession(path, readCard(own), { threads: 1, device: 'cpu' });
}

test('each form gives the answers of its own file, alone and in a batch', async () => {
  expect(models.length).toBeGreaterThan(25);
  for (const { name, card, answer, largest } of models) {
    const session = await open(name, card).catch((error) => {
      throw new Error(`${name}: ${error.message}`);
    });
    expect([name, session.largest ?? null, session.doubt]).toEqual([name, largest, undefined]);
    const both = Uint8Array.from(pictures.flat());
    const size = both.length / 2;
    const got =
      session.largest === undefined
        ? [...(await session.run(both, 2)).output]
        : [
            ...(await session.run(both.slice(0, size), 1)).output,
            ...(await session.run(both.slice(size), 1)).output,
          ];
    const tolerance = name.startsWith('float16') ? 5e-3 : 5e-7; // measured: 1.5e-3 and 1.6e-7
    for (const [i, expected] of answer.flat().entries())
      expect(Math.abs((got[i] ?? Number.NaN) - expected), `${name}, number ${i}`).toBeLessThan(tolerance);
    await session.release();
  }
});

test.each([
  [
    'plain',
    { output: 'probabilities' },
    /its probabilities are from .* expected 0 to 1\. Are they logits\? .*"output": "logits"/,
  ],
  [
    'several labels',
    { output: 'probabilities' },
    /its probabilities sum to .*, expected 1\..*"output": "multi-label"/,
  ],
  ['logits of several labels', { output: 'multi-label' }, /its probabilities are from .* expected 0 to 1/],
])('%s called %j is refused by its numbers', async (name, wrong, message) => {
  const written = models.find((one) => one.name === name);
  await expect(open(name, { ...written?.card, ...wrong })).rejects.toThrow(message);
});

test('probabilities called logits are doubted, since a softmax of them is nearly the same for all', async () => {
  const written = models.find((one) => one.name === 'probabilities');
  const session = await open('probabilities', { ...written?.card, output: 'logits' });
  expect(session.doubt).toMatch(/as if a softmax were applied twice.*"output": "probabilities"/);
  await session.release();
});

test.each([
  [
    'two outputs, named',
    { output: 'logits' },
    /2 outputs, "auxiliary" \(float \[N,3\]\), "y" \(float \[N,3\]\); name the one/,
  ],
  [
    'two outputs, named',
    { output: { name: 'z', values: 'logits' } },
    /output\.name: received "z", .*There are: auxiliary, y|Did you mean y/,
  ],
  [
    'one sigmoid',
    { labels: ['yes'], output: 'probabilities' },
    /labels: received 1, .* one number, .*expected 2/,
  ],
  ['plain', { input: { size: [8, 6], layout: 'NHWC' } }, /\[N,3,8,6\]\. Is it "layout": "NCHW"\?/],
  ['uint8 NHWC', {}, /input\.type: received "float32", but the model's input "x" is uint8/],
])('%s with %j is refused in words', async (name, wrong, message) => {
  const written = models.find((one) => one.name === name);
  const card = { ...written?.card, ...wrong };
  const input = name === 'uint8 NHWC' ? { input: { size: [8, 6], layout: 'NHWC' } } : {};
  await expect(open(name, { ...card, ...input })).rejects.toThrow(message);
});
