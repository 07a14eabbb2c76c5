// Evaluation of a model file on labeled pictures: figures held against NumPy, answers against Python's onnxruntime.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Figures, figuresOf } from '../../../export/evaluate/figures.ts';
import { type EvaluatedWithPictures, evaluateFile } from '../../../export/evaluate/index.ts';
import { evaluationPage } from '../../../export/evaluate/page.ts';
import { evaluationInWords } from '../../../export/evaluate/text.ts';
import { openModelFile } from '../../../export/files/file.ts';
import { root } from '../../../setup/paths.mjs';
import { python } from '../../python.ts';
import { shippedModels } from '../../shipped.ts';
import {
  cifar,
  noise,
  type Place,
  photographs,
  temporaryPlace,
} from '../../train/datasets/folder/pictures.ts';

/** Figures of rows of `label` and `probabilities`, by NumPy and by the definitions in scikit-learn's documentation. */
const reference = `
import json, sys
import numpy as np
def figures(rows):
    y = np.array([r['label'] for r in rows]); p = np.array([r['probabilities'] for r in rows], dtype=np.float64)
    n, k = p.shape
    a = p.argmax(axis=1)
    confusion = np.zeros((k, k), dtype=int)
    np.add.at(confusion, (y, a), 1)
    tp = np.diag(confusion); support = confusion.sum(axis=1); said = confusion.sum(axis=0)
    ratio = lambda x, d: [None if dd == 0 else float(xx / dd) for xx, dd in zip(x, d)]
    precision, recall = ratio(tp, said), ratio(tp, support)
    f1 = [None if s + q == 0 else float(2 * t / (s + q)) for t, s, q in zip(tp, support, said)]
    there = [i for i in range(k) if support[i] > 0]
    e = float((y != a).mean()); z = 1.959963984540054
    # The two roots of (e - q)^2 = z^2 q (1 - q) / n, which define Wilson's interval.
    roots = np.sort(np.roots([1 + z * z / n, -(2 * e + z * z / n), e * e]).real)
    confidence = p.max(axis=1)
    bins = np.minimum(14, (confidence * 15).astype(int))
    ece = sum(abs(confidence[bins == b].mean() - (y == a)[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))
    loss = float(-np.log(np.maximum(p[np.arange(n), y], 2.0 ** -149)).mean())
    return dict(n=n, errorRate=e, interval=roots.tolist(), loss=loss, confusion=confusion.tolist(), precision=precision,
                recall=recall, f1s=f1, balancedAccuracy=float(np.mean([recall[i] for i in there])),
                f1=float(np.mean([f1[i] for i in there])), calibrationError=float(ece))
`;

function flat({ classes, reliability: _reliability, wrong: _wrong, interval, ...rest }: Figures) {
  return {
    ...rest,
    interval: [...interval],
    precision: classes.map(({ precision }) => precision),
    recall: classes.map(({ recall }) => recall),
    f1s: classes.map(({ f1 }) => f1),
  };
}

function expectClose(actual: unknown, expected: unknown, tolerance: number): void {
  if (typeof expected === 'number' && typeof actual === 'number')
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
  else if (
    typeof expected === 'object' &&
    expected !== null &&
    typeof actual === 'object' &&
    actual !== null
  ) {
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected))
      expectClose(Reflect.get(actual, key), value, tolerance);
  } else expect(actual).toEqual(expected);
}

it('the figures are those of NumPy, for any answers', () => {
  const cases = fc.sample(
    fc.integer({ min: 2, max: 5 }).chain((classes) =>
      fc.array(
        fc.record({
          label: fc.nat({ max: classes - 1 }),
          probabilities: fc
            .array(fc.integer({ min: 1, max: 1000 }), { minLength: classes, maxLength: classes })
            .map((parts) => parts.map((part) => part / parts.reduce((sum, each) => sum + each))),
        }),
        { minLength: 1, maxLength: 40 },
      ),
    ),
    { numRuns: 60, seed: 7 },
  );
  const script = `${reference}\nprint(json.dumps([figures(rows) for rows in json.load(sys.stdin)]))`;
  const expected: unknown[] = JSON.parse(python(script, [], Buffer.from(JSON.stringify(cases))));
  expect(expected).toHaveLength(60);
  for (const [i, rows] of cases.entries()) {
    const labels = (rows[0]?.probabilities ?? []).map((_, k) => String(k));
    expectClose(flat(figuresOf(rows, labels)), expected[i], 1e-9);
  }
});

describe('a model file on a folder', () => {
  let place: Place;
  let evaluation: EvaluatedWithPictures;
  const CLASSES = ['cat', 'ship', 'Truck'];
  beforeAll(async () => {
    const data = await cifar();
    place = temporaryPlace();
    for (const label of CLASSES) {
      const pictures = await photographs(data, label.toLowerCase(), 20);
      for (const [i, picture] of pictures.entries()) place.write(`${label}/${i}.png`, picture);
    }
    // A picture of a ship among the trucks, and what is no picture.
    const [ship] = (await photographs(data, 'ship', 30)).slice(-1);
    if (ship) place.write('Truck/ship.png', ship);
    place.write('cat/broken.png', 'no picture');
    evaluation = (await evaluateFile(
      await openModelFile(shippedModels.cifar, ''),
      place.path,
    )) as EvaluatedWithPictures;
    // Python is in the cache of before.
    vi.unstubAllEnvs();
  }, 60_000);
  afterAll(() => place.close());

  it('has the figures of the answers that Python gives, classes matched by their names', () => {
    const script = `${reference}
import os
import onnxruntime
from PIL import Image
model, folder, labels = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
session = onnxruntime.InferenceSession(model, providers=['CPUExecutionProvider'])
rows = []
for name in sorted(os.listdir(folder)):
    for file in sorted(os.listdir(os.path.join(folder, name))):
        if file == 'broken.png': continue
        image = np.asarray(Image.open(os.path.join(folder, name, file)).convert('RGB'))[None]
        [answer] = session.run(['probabilities'], {'image': image})
        rows.append(dict(label=labels.index(name.lower()), probabilities=answer[0].tolist()))
print(json.dumps(figures(rows)))`;
    const expected: unknown = JSON.parse(
      python(script, [shippedModels.cifar, place.path, JSON.stringify(evaluation.labels)]),
    );
    // Probabilities of two runtimes differ by 1e-6.
    expectClose(flat(evaluation.figures), expected, 1e-5);
    expect(evaluation.figures.n).toBe(61);
  });

  it('shows first the picture whose label is wrong, and says what was left out', () => {
    expect(evaluation.worst[0]).toMatchObject({ path: 'Truck/ship.png', label: 'truck', answer: 'ship' });
    expect(evaluation.problems).toMatchObject([{ path: 'cat/broken.png' }]);
    const words = evaluationInWords(evaluation);
    expect(words).toMatch(/^cifar on 61 pictures of /);
    expect(words).toContain("3 of the model's 10 classes have pictures: the means are of those.");
    expect(words).toMatch(/Worst pictures:\n {2}Truck\/ship\.png: ship \d+\.\d+ %, is truck /);
    expect(words).toContain('1 file left out, such as cat/broken.png');
    const page = evaluationPage(evaluation);
    for (const id of ['classes', 'confusion', 'calibration', 'worst'])
      expect(page).toContain(`<section id="${id}">`);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  it('refuses a class that the model does not know, and names those that it knows', async () => {
    const other = temporaryPlace();
    try {
      for (const label of ['cat', 'shipp', 'lamp'])
        other.write(`${label}/a.png`, await noise(label.length).png().toBuffer());
      await expect(evaluateFile(await openModelFile(shippedModels.cifar, ''), other.path)).rejects.toThrow(
        /has classes that cifar does not know: lamp, shipp\. It knows airplane, automobile, bird, /,
      );
    } finally {
      other.close();
    }
  });

  it('of a folder with sides takes the pictures that are not trained on', async () => {
    const sides = temporaryPlace();
    try {
      for (const [side, n] of [
        ['train', 3],
        ['test', 2],
      ] as const)
        for (const label of ['cat', 'dog'])
          for (let i = 0; i < n; i++)
            sides.write(
              `${side}/${label}/${i}.png`,
              await noise(i + n * 10)
                .png()
                .toBuffer(),
            );
      const { figures, worst } = await evaluateFile(await openModelFile(shippedModels.cifar, ''), sides.path);
      expect(figures.n).toBe(4);
      expect(worst.every(({ path }) => path.startsWith('test/'))).toBe(true);
      // Those of validation chose the epoch, those of the test nothing.
      for (const label of ['cat', 'dog'])
        sides.write(
          `valid/${label}/0.png`,
          await noise(label === 'cat' ? 90 : 91)
            .png()
            .toBuffer(),
        );
      const three = await evaluateFile(await openModelFile(shippedModels.cifar, ''), sides.path);
      expect(three.worst.every(({ path }) => path.startsWith('test/'))).toBe(true);
    } finally {
      sides.close();
    }
  });

  it('is a command, whose table of labels may be a CSV file, with its page and JSON', () => {
    writeFileSync(
      join(place.path, 'labels.csv'),
      'file,label\ncat/1.png,cat\nship/2.png,ship\nship/3.png,cat\n',
    );
    const out = join(place.path, '..', 'page.html');
    const args = ['bin/trainyard.mjs', 'evaluate', shippedModels.cifar, join(place.path, 'labels.csv')];
    const { stdout, stderr, status } = spawnSync(process.execPath, [...args, '--json', '--out', out], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({ name: 'cifar', page: out, figures: { n: 3, wrong: 1 } });
    expect(existsSync(out)).toBe(true);
    expect(readFileSync(out, 'utf8')).toContain('<h1>cifar</h1>');
  }, 60_000);
});
