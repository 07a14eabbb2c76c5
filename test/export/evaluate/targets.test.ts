// Evaluation of models of several labels and of numbers: figures by hand for pictures of one color.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateFile, type TargetsWithPictures } from '../../../export/evaluate/index.ts';
import { evaluationPage } from '../../../export/evaluate/page.ts';
import { evaluationInWords } from '../../../export/evaluate/text.ts';
import { openModelFile } from '../../../export/files/file.ts';
import { labelsModel, numbersModel } from '../../serve/task-model.ts';
import { type Place, temporaryPlace } from '../../train/datasets/folder/pictures.ts';

let place: Place;
beforeAll(async () => {
  place = temporaryPlace();
  const colors = { red: [255, 0, 0], yellow: [255, 255, 0], gray: [128, 128, 128] };
  for (const [name, [r = 0, g = 0, b = 0]] of Object.entries(colors)) {
    const create = { width: 4, height: 4, channels: 3 as const, background: { r, g, b } };
    place.write(`pictures/${name}.png`, await sharp({ create }).png().toBuffer());
  }
  place.write(
    'pictures/classes/red/1.png',
    await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  );
  place.write(
    'pictures/classes/blue/1.png',
    await sharp({ create: { width: 4, height: 4, channels: 3, background: 'blue' } })
      .png()
      .toBuffer(),
  );
  writeFileSync(join(place.path, 'labels.onnx'), (await labelsModel()).bytes);
  writeFileSync(join(place.path, 'numbers.onnx'), (await numbersModel()).bytes);
});
afterAll(() => place.close());

async function evaluated(model: string, table: string, text: string): Promise<TargetsWithPictures> {
  place.write(`pictures/${table}`, text);
  const file = await openModelFile(join(place.path, model), '');
  return (await evaluateFile(file, join(place.path, 'pictures', table))) as TargetsWithPictures;
}

describe('several labels', () => {
  it('are measured at the thresholds of the file, matched by their names', async () => {
    const table = 'path,labels\nred.png,red\nyellow.png,green|red\ngray.png,Blue\n';
    const evaluation = await evaluated('labels.onnx', 'labels.csv', table);
    // Gray is a little above the middle: 0.503, from which red is an answer (0.5), and blue (0.25), and green is none (0.75).
    expect(evaluation.figures).toMatchObject({
      ...{ task: 'multi', n: 3, meanAveragePrecision: 1, exact: 2 / 3 },
      f1: expect.closeTo((0.8 + 1 + 1) / 3, 12),
      each: [
        { n: 2, precision: 2 / 3, recall: 1, f1: 0.8 },
        { n: 1, precision: 1, recall: 1, f1: 1 },
        { n: 1, precision: 1, recall: 1, f1: 1 },
      ],
    });
    const softplus = (x: number) => Math.log1p(Math.exp(x));
    const gray = 1 / 127.5 / 2; // each pixel; four of one color, eight of the others at -1/8 of it
    const [own, others] = [gray * 4 - gray, gray * 4 - gray];
    // red: sums 5, -4, -4; yellow: 4, 4, -5; gray: each the same.
    const losses = [
      softplus(-5) + 2 * softplus(-4),
      2 * softplus(-4) + softplus(-5),
      2 * softplus(others) + softplus(-own),
    ];
    expect(evaluation.figures.loss).toBeCloseTo(
      losses.reduce((sum, loss) => sum + loss / 9, 0),
      5,
    );
    expect(evaluation.worst[0]).toMatchObject({ path: 'gray.png', expected: 'blue', answer: 'red, blue' });
    expect(evaluationInWords(evaluation)).toContain(
      'Mean average precision 1.0000, mean F1 0.9333, whole sets right 66.67 %',
    );
    expect(evaluationInWords(evaluation)).toMatch(/^ {2}red +2 +1\.0000 +66\.67 % +100\.00 % +0\.8000$/m);
    expect(evaluationPage(evaluation)).toContain('Precision over recall');
  });

  it('are not measured by classes, by labels that the model does not know, or by numbers', async () => {
    const file = await openModelFile(join(place.path, 'labels.onnx'), '');
    await expect(evaluateFile(file, join(place.path, 'pictures', 'classes'))).rejects.toThrow(
      /tints answers with any number of labels, and .*classes has one class of each picture\. Expected a table of them, such as path,labels with red\|green in a cell\./,
    );
    await expect(
      evaluated('labels.onnx', 'unknown.csv', 'path,labels\nred.png,red|pink\ngray.png,blue\n'),
    ).rejects.toThrow(/has a class that tints does not know: pink/);
  });
});

describe('numbers', () => {
  it('are measured in their units, by the columns of their names', async () => {
    // By hand: sums 5, -4, -4 of red and 4, 4, -5 of yellow, times deviations 0.001, 12, 500000, plus 0, 24.5, 0.
    const table = 'path,file,count,x\nred.png,-2000000,-20,0.004\nyellow.png,-2500000,72.5,0.005\n';
    const evaluation = await evaluated('numbers.onnx', 'numbers.csv', table);
    const near = (value: number) => expect.closeTo(value, 5);
    expect(evaluation.figures).toMatchObject({
      ...{ task: 'regression', n: 2, outside: [2, 2, 2] },
      meanAbsoluteError: [near(0.001), near(1.75), expect.closeTo(0, 0)],
      rootMeanSquareError: [near(0.001), near(3.5 / Math.SQRT2), expect.closeTo(0, 0)],
      // 1 - sum of squares over sum of squares around the mean: of x 2e-6 / (2 * 0.0005 ** 2), of count 3.5 ** 2 / (2 * 46.25 ** 2).
      r2: [near(1 - 2e-6 / 5e-7), near(1 - 12.25 / 4278.125), near(1)],
    });
    expect(evaluation.worst.map(({ path }) => path)).toEqual(['red.png', 'yellow.png']);
    expect(evaluation.worst[0]?.answer).toBe('x 0.005, count -23.5, file -2000000');
    expect(evaluationInWords(evaluation)).toMatch(/^ {2}count +1\.75 +2\.475 +0\.9971 +2$/m);
    expect(evaluationPage(evaluation)).toContain('Answered by true count');
  });

  it('have columns of the model’s names, unless there is one of either', async () => {
    await expect(
      evaluated('numbers.onnx', 'others.csv', 'path,a,b,c\nred.png,1,2,3\ngray.png,2,3,4\n'),
    ).rejects.toThrow(/^\/.*others\.csv has no column "x"; it has path, a, b, c\.$/);
  });
});
