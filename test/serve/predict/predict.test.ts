// What is promised of `predict`: the server's answers for files, bad ones listed, and nothing done twice or lost.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Ranked } from '../../../models/rank.ts';
import { pictureFiles } from '../../../serve/predict/files.ts';
import { openPredictionFile } from '../../../serve/predict/output.ts';
import { predictFiles } from '../../../serve/predict/predict.ts';
import { type FilePrediction, rowFormatOf } from '../../../serve/predict/rows.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { root } from '../../../setup/paths.mjs';
import { program } from '../../listening.ts';
import { colors, fillRepository, openTestApp } from '../harness.ts';
import { plain } from '../pictures.ts';
import { wrongGolden } from '../tiny-model.ts';
import { predicted } from './predicted.ts';

const tints = ['red', 'lime', 'blue'];

let server: Awaited<ReturnType<typeof openTestApp>>;
let folder: string;

beforeAll(async () => {
  server = await openTestApp({ models: [colors] });
  folder = join(server.repository, 'pictures');
  mkdirSync(join(folder, 'inner'), { recursive: true });
  for (const tint of tints) writeFileSync(join(folder, `${tint}.png`), await plain(tint));
  copyFileSync(join(folder, 'red.png'), join(folder, 'inner', 'a, "red" one.PNG'));
  writeFileSync(join(folder, 'broken.jpg'), (await plain('red', 'jpeg')).subarray(0, 60));
  writeFileSync(join(folder, 'notes.txt'), 'no picture, passed over');
  writeFileSync(join(server.repository, 'no-model.onnx'), 'nothing');
});
afterAll(() => server.close());

async function predict(...args: string[]) {
  const repository = args.includes('--repository') ? [] : ['--repository', server.repository];
  const child = spawn(process.execPath, [program, 'predict', ...args, ...repository], {
    cwd: server.repository,
  });
  const [[code], printed, errors] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, printed, errors };
}

const rows = (name: string) =>
  readFileSync(join(server.repository, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a folder: a row for each picture, with what the server answers, and bad files listed', async () => {
  const { code, errors } = await predict(
    'colors',
    'pictures',
    '--out',
    'a.jsonl',
    '--top',
    '2',
    '--threads',
    '1',
  );
  expect(code, errors).toBe(1);
  expect(errors).toMatch(/colors\/1: 5 files at \d+ a second; predictions in a\.jsonl/);
  expect(errors).toMatch(/\n1 file was skipped, since its ending is of no picture: 1 \.txt\. /);
  expect(errors).toMatch(
    /1 of 5 files has no prediction:\n {2}pictures\/broken\.jpg: the JPEG could not be decoded/,
  );
  const got = rows('a.jsonl');
  expect(got.map(({ file }) => file)).toEqual(
    ['blue.png', 'broken.jpg', 'inner/a, "red" one.PNG', 'lime.png', 'red.png'].map(
      (name) => `pictures/${name}`,
    ),
  );
  expect(got[1]).toEqual({
    ...{ file: 'pictures/broken.jpg', model: 'colors/1', digest: expect.stringMatching(/^[0-9a-f]{12}$/) },
    error: expect.any(String),
  });
  for (const tint of tints) {
    const answer = await (await server.post(await plain(tint), '?top=2')).json();
    const row = got.find(({ file }) => file === `pictures/${tint}.png`);
    expect(row.label).toBe(answer.label);
    for (const [i, { label, probability }] of answer.predictions.entries()) {
      expect(row.predictions[i].label).toBe(label);
      expect(row.predictions[i].probability).toBeCloseTo(probability, 6); // another batch; measured: equal
    }
  }
});

test('a few files have their predictions on the terminal, as in their rows; many, or --json, have not', async () => {
  const files = ['pictures/red.png', 'pictures/broken.jpg', 'pictures/lime.png'];
  const few = await predict('colors', ...files, '--out', 'few.jsonl', '--top', '2');
  const inWords = rows('few.jsonl').flatMap(({ file, predictions }) => {
    const shares = predictions?.map((p: Ranked) => `${p.label} ${(p.probability * 100).toFixed(2)} %`);
    return shares === undefined ? [] : [`${file}: ${shares.join(', ')}\n`];
  });
  expect(inWords).toHaveLength(2);
  expect(few.printed).toBe(inWords.join(''));
  const many = Array.from({ length: 11 }, (_, i) => join(server.repository, `many-${i}.png`));
  for (const path of many) copyFileSync(join(folder, 'red.png'), path);
  const { printed, errors } = await predict('colors', ...many, '--out', 'eleven.csv');
  expect(errors).toContain('11 files at');
  expect(printed).toBe('');
});

test('without --out a few files are answered each time anew, by every model; many have a file of each model', async () => {
  const asked = join(server.repository, 'asked.png');
  const files = () => readdirSync(server.repository).filter((name) => name.startsWith('predictions'));
  const labels = new Set();
  for (const tint of ['red', 'lime']) {
    writeFileSync(asked, await plain(tint));
    const { label } = await (await server.post(await plain(tint))).json();
    expect((await predict('colors', 'asked.png')).printed).toMatch(`asked.png: ${label} `);
    labels.add(label);
  }
  expect(labels.size).toBe(2);
  expect(files()).toEqual([]);
  const [shipped, many] = [join(root, 'models/repository'), Array.from({ length: 11 }, () => 'asked.png')];
  for (const args of [['colors'], ['digits', '--repository', shipped]]) {
    const { code, printed, errors } = await predict(...args, ...many);
    expect({ code, printed }, errors).toEqual({ code: 0, printed: '' });
  }
  expect(files()).toEqual(['predictions-colors-1.csv', 'predictions-digits-1.csv']);
});

test('the same command again does nothing twice; a row that was cut off is made again', async () => {
  const whole = await predict('colors', 'pictures', '--out', 'b.csv', '--threads', '1');
  expect(whole.code, whole.errors).toBe(1);
  const path = join(server.repository, 'b.csv');
  const expected = readFileSync(path, 'utf8');
  expect(expected).toMatch(/^file,model,label,probability,error,digest\n/);
  expect(expected).toContain('\n"pictures/inner/a, ""red"" one.PNG",colors/1,');
  writeFileSync(path, expected.slice(0, expected.length - 30));
  const again = await predict('colors', 'pictures', '--out', 'b.csv', '--threads', '1');
  expect(again.errors).toMatch(/1 file at .*, 4 were done before/);
  expect(again.errors).toMatch(/1 of 5 files has no prediction\./);
  expect(again.code).toBe(1); // as the row from before says
  expect(readFileSync(path, 'utf8')).toBe(expected);
});

test('in a folder, all is tried by its content but what its ending says to be none, which is counted; one that is named is tried', async () => {
  const mixed = join(server.repository, 'mixed');
  mkdirSync(mixed);
  for (const name of ['1.jpg_large', '2.JPG_original', '3', '4.weird', 'scan.txt'])
    copyFileSync(join(folder, 'red.png'), join(mixed, name));
  writeFileSync(join(mixed, '5.heic'), Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'));
  for (const name of ['a.mp4', 'b.TXT', 'c.txt']) writeFileSync(join(mixed, name), 'no picture');
  symlinkSync('a.mp4', join(mixed, 'linked.mp4'));
  const { errors, printed } = await predict('colors', 'mixed', 'mixed/scan.txt', '--json');
  const { predictions, skipped, failed } = JSON.parse(printed);
  expect(predictions.map(({ file, label, error }: Record<string, string>) => [file, label ?? error])).toEqual(
    [
      ...['1.jpg_large', '2.JPG_original', '3', '4.weird'].map((name) => [`mixed/${name}`, 'red']),
      ['mixed/5.heic', expect.stringContaining('HEIC')],
      ['mixed/scan.txt', 'red'],
    ],
  );
  expect([skipped, failed]).toEqual([5, 1]);
  expect(errors).toContain(
    '5 files were skipped, since their endings are of no pictures: 3 .txt, 2 .mp4. A file that is named itself is tried whatever its ending.',
  );
});

test('ends with 0 when every file has a prediction', async () => {
  const { code, printed, errors } = await predict('colors', 'pictures/red.png', '--out', 'red.csv');
  expect({ code, printed }, errors).toEqual({ code: 0, printed: expect.stringContaining('red') });
});

test('--json prints one object and nothing else, and writes no file that was not asked for', async () => {
  const paths = ['pictures/red.png', 'pictures/broken.jpg'];
  const { code, printed, errors } = await predict('colors', ...paths, '--json', '--top', '2');
  expect(code, errors).toBe(1);
  const { predictions, seconds, ...summary } = JSON.parse(printed);
  expect(summary).toEqual({
    model: 'colors/1',
    files: 2,
    existing: 0,
    failed: 1,
    skipped: 0,
    interrupted: false,
    out: null,
  });
  expect(seconds).toBeGreaterThan(0);
  expect(predictions).toEqual([
    {
      file: 'pictures/red.png',
      label: expect.any(String),
      probability: expect.any(Number),
      predictions: [expect.anything(), expect.anything()],
    },
    { file: 'pictures/broken.jpg', error: expect.stringContaining('could not be decoded') },
  ]);
  expect(existsSync(join(server.repository, 'predictions.csv'))).toBe(false);
  expect(errors).toMatch(/^colors\/1: 2 files at \d+ a second$/m);
});

test('--embedding adds to each answer of --json what the last layer of a model of 2 x 2 pixels takes: them', async () => {
  const paths = ['pictures/red.png', 'pictures/broken.jpg', 'pictures/blue.png'];
  const { printed, errors } = await predict('colors', ...paths, '--json', '--embedding');
  const answered = {
    label: expect.any(String),
    probability: expect.any(Number),
    predictions: [expect.anything()],
  };
  const four = (...rgb: number[]) => [...rgb, ...rgb, ...rgb, ...rgb];
  expect(JSON.parse(printed).predictions, errors).toEqual([
    { ...answered, file: paths[0], embedding: four(255, 0, 0) },
    { file: paths[1], error: expect.any(String) },
    { ...answered, file: paths[2], embedding: four(0, 0, 255) },
  ]);
});

test('--json with --out does both, and goes on with the file', async () => {
  const args = ['colors', 'pictures/red.png', '--json', '--out', 'both.csv'];
  const first = JSON.parse((await predict(...args)).printed);
  expect(first).toMatchObject({ files: 1, existing: 0, out: 'both.csv', predictions: [{ label: 'red' }] });
  const again = JSON.parse((await predict(...args)).printed);
  expect(again).toMatchObject({ files: 0, existing: 1, failed: 0, predictions: [] });
});

test('Ctrl-C finishes what is begun, says so, and the same command goes on', async () => {
  const many = join(server.repository, 'many');
  mkdirSync(many);
  for (let i = 0; i < 3000; i++)
    linkSync(join(folder, 'red.png'), join(many, `${String(i).padStart(4, '0')}.png`));
  const args = ['predict', 'colors', 'many', '--out', 'many.csv', '--repository', server.repository];
  const child = spawn(process.execPath, [program, ...args], { cwd: server.repository });
  const [errors, ended] = [text(child.stderr), once(child, 'exit')];
  const path = join(server.repository, 'many.csv');
  await expect
    .poll(() => existsSync(path) && statSync(path).size, { timeout: 30_000, interval: 5 })
    .toBeGreaterThan(200);
  child.kill('SIGINT');
  expect([(await ended)[0], await errors]).toEqual([
    130,
    expect.stringMatching(/Interrupted: the same command goes on from here\./),
  ]);
  const done = readFileSync(path, 'utf8').trim().split('\n').length - 1;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(3000);
  const again = await predict('colors', 'many', '--out', 'many.csv');
  expect(again.errors).toContain(`${(3000 - done).toLocaleString('en')} files at`);
  const names = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',')[0]);
  expect(new Set(names).size).toBe(3000);
});

test('what cannot be read has its reason in its row, in its place, and the others are done; links are followed, what systems leave is not', async () => {
  const odd = join(server.repository, 'odd');
  mkdirSync(join(odd, 'inner'), { recursive: true });
  copyFileSync(join(folder, 'red.png'), join(odd, 'inner', 'red.png'));
  for (const left of ['@eaDir', '#recycle', '$RECYCLE.BIN', '.thumbnails']) {
    mkdirSync(join(odd, left));
    copyFileSync(join(folder, 'red.png'), join(odd, left, 'red.png'));
  }
  symlinkSync('/nowhere/a.png', join(odd, 'a.png'));
  symlinkSync(join(folder, 'blue.png'), join(odd, 'b.png'));
  symlinkSync('circle', join(odd, 'circle'));
  symlinkSync('circle.png', join(odd, 'circle.png'));
  symlinkSync('..', join(odd, 'inner', 'up'));
  symlinkSync('inner', join(odd, 'linked'));
  const { code, errors } = await predict(
    'colors',
    'gone.png',
    'odd',
    'pictures/red.png',
    '--out',
    'odd.jsonl',
  );
  expect(code, errors).toBe(1);
  expect(rows('odd.jsonl').map(({ file, label, error }) => [file, error ?? label])).toEqual([
    ['gone.png', 'it cannot be read: it is not there'],
    ['odd/a.png', 'it cannot be read: it is not there'],
    ['odd/b.png', expect.any(String)],
    ['odd/circle', 'it cannot be read: its symbolic links lead in a circle'],
    ['odd/circle.png', 'it cannot be read: its symbolic links lead in a circle'],
    ['odd/inner/red.png', 'red'],
    ['odd/linked/red.png', 'red'],
    ['pictures/red.png', 'red'],
  ]);
  expect(errors).toMatch(/4 of 8 files have no prediction:/);
});

test('a version that cannot be used is the end, at once, though another of the same name is well', async () => {
  const other = join(server.repository, 'other');
  await fillRepository(other, [{ ...colors, change: wrongGolden }, colors]);
  const asked = await predict('colors/1', 'pictures', '--out', 'wrong.csv', '--repository', other);
  expect(asked.errors).toMatch(/no model of .*other can be served: colors\/1: .*differs from its card/);
  expect(asked.code).toBe(1);
  expect(existsSync(join(server.repository, 'wrong.csv'))).toBe(false);
  const newest = await predict('colors', 'pictures/red.png', '--out', 'newest.csv', '--repository', other);
  expect([newest.code, newest.errors]).toEqual([0, expect.stringContaining('colors/2: 1 file')]);
});

test('a model file by its path answers as the model does by its name', async () => {
  const args = ['pictures/red.png', '--json', '--top', '3'];
  const [named, byPath] = [await predict('colors/1', ...args), await predict('colors/1/model.onnx', ...args)];
  expect(named.errors).toContain('colors/1: 1 file');
  const answer = ({ printed }: { printed: string }) => ({ ...JSON.parse(printed), seconds: 0 });
  expect(answer(byPath)).toEqual(answer(named));

  const elsewhere = mkdtempSync(join(tmpdir(), '7-')); // ends in no version
  const path = join(elsewhere, 'mine.onnx');
  copyFileSync(join(server.repository, 'colors/1/model.onnx'), path);
  const mine = await predict(path, ...args);
  expect(answer(mine)).toEqual(answer(named));
  const later = join(elsewhere, 'colors', '12', 'model.onnx');
  mkdirSync(dirname(later), { recursive: true });
  copyFileSync(path, later);
  const twelfth = await predict(later, ...args);
  rmSync(elsewhere, { recursive: true });
  expect(answer(twelfth)).toEqual({ ...answer(named), model: 'colors/12' });
});

test.each([
  [['nowhere.onnx', 'pictures'], /nowhere\.onnx cannot be used: it cannot be read: it is not there\./],
  [
    ['no-model.onnx', 'pictures/red.png'],
    /no-model\.onnx cannot be used: not a readable ONNX model: it is text, which begins with "nothing"\./,
  ],
  [['color', 'pictures'], /no model "color".*Did you mean colors/],
  [['colors/7', 'pictures'], /no version 7/],
  [['colors/red', 'pictures'], /"colors\/red" names no model\. Expected a name such as digits/],
  [
    ['colors', 'pictures', '--threads', 'all'],
    /--threads takes a whole number from 1 to 1024; received "all"\./,
  ],
  [['colors', 'nowhere'], /There is no picture to read at nowhere: it cannot be read: it is not there\./],
  [
    ['colors', 'colors'],
    /There is no picture in colors: 1 \.onnx is there, whose ending is of no picture\. If one is a picture all the same, name it itself\. JPEG, /,
  ],
  [
    ['colors', 'pictures', '--out', 'a.xlsx'],
    /--out takes a file that ends in \.csv, \.jsonl or \.parquet; received "a\.xlsx"\./,
  ],
  [
    ['colors', 'pictures', '--on', 'local'],
    /--on takes the address of a Ray cluster, such as ray:\/\/head:10001; received "local"\./,
  ],
  [
    ['colors', 'pictures', '--on', 'ray://127.0.0.1:1'],
    /Nothing answers at ray:\/\/127\.0\.0\.1:1 \(connect ECONNREFUSED 127\.0\.0\.1:1\)\./,
  ],
  [
    ['colors', 'pictures', '--json', '--embedding', '--out', 'a.csv'],
    /--embedding is for --json alone, and for this machine; received --out a\.csv\. For a file of embeddings: trainyard embed /,
  ],
  [['colors', 'pictures', '--top', '0'], /--top takes a whole number from 1 to 10000; received "0"\./],
])('%j is answered in words', async (args, message) => {
  const { code, errors } = await predict(...args);
  expect(errors).toMatch(message);
  expect(errors).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
});

describe('the file of predictions', () => {
  const one = { name: 'colors/1', digest: '0123456789ab' };
  const outcome = predicted('a.png', { label: 'red', probability: 0.5 });

  test.each(['c.csv', 'c.jsonl'])('%s: what it has is known again, whatever the names', async (name) => {
    const path = join(server.repository, name);
    const format = rowFormatOf(path, one, 1);
    const names = ['a,b', 'say "a"', 'line\nbreak', 'ü 写', '', ' x ', 'a\rb', '"'];
    const first = await openPredictionFile(path, format, false);
    await first.write(names.map((file) => ({ ...outcome, file })));
    await first.close();
    const second = await openPredictionFile(path, format, false);
    expect(names.filter((file) => !second.has(file))).toEqual([]);
    expect([second.has('a'), second.done]).toEqual([false, names.length]);
    await second.close();
    const third = await openPredictionFile(path, format, true);
    expect(third.done).toBe(0);
    await third.close();
  });

  test.each(['d.csv', 'd.jsonl'])('%s of another model or kind is left alone', async (name) => {
    const path = join(server.repository, name);
    const first = await openPredictionFile(path, rowFormatOf(path, one, 1), false);
    await first.write([outcome]);
    await first.close();
    const before = readFileSync(path, 'utf8');
    await expect(
      openPredictionFile(path, rowFormatOf(path, { ...one, name: 'colors/2' }, 1), false),
    ).rejects.toThrow(/--fresh/);
    // A file that was replaced: the same name and version, other weights.
    const replaced = rowFormatOf(path, { ...one, digest: 'ba9876543210' }, 1);
    await expect(openPredictionFile(path, replaced, false)).rejects.toThrow(
      /its rows are of another colors\/1, with other weights or labels: .*--fresh/,
    );
    writeFileSync(path, 'something else\n');
    await expect(openPredictionFile(path, rowFormatOf(path, one, 1), false)).rejects.toThrow(path);
    expect(readFileSync(path, 'utf8')).toBe('something else\n');
    expect(before).toContain('a.png');
  });

  test.each([
    ['e.csv', 'file,model,label,probability,error\na.png,colors/1,red,0.5,\n', 'b.png,colors/1,red,0.5,\n'],
    [
      'e.jsonl',
      '{"file":"a.png","model":"colors/1","label":"red"}\n',
      /^{"file":"b.png","model":"colors\/1","digest":"0123456789ab",/,
    ],
  ])('%s that an earlier version wrote is gone on with', async (name, before, added) => {
    const path = join(server.repository, name);
    writeFileSync(path, before);
    const file = await openPredictionFile(path, rowFormatOf(path, one, 1), false);
    expect(file.has('a.png')).toBe(true);
    await file.write([{ ...outcome, file: 'b.png' }]);
    await file.close();
    const after = readFileSync(path, 'utf8');
    expect(after.slice(0, before.length)).toBe(before);
    expect(after.slice(before.length)).toEqual(
      typeof added === 'string' ? added : expect.stringMatching(added),
    );
    const other = rowFormatOf(path, { ...one, name: 'colors/2' }, 1);
    await expect(openPredictionFile(path, other, false)).rejects.toThrow(/rows are of the model colors\/1/);
  });
});

test('few files are in work at once, in number and bytes, and those without room are tried again', async () => {
  const [model] = server.engine.models();
  if (model === undefined) throw new Error('the test has no model');
  let [working, most] = [0, 0];
  let [failures, full] = [3, 16];
  /** Calls that wait until as many are in work as may be. */
  const waiting: (() => void)[] = [];
  const got: FilePrediction[] = [];
  async function* files() {
    for (let i = 0; i < 60; i++) yield* pictureFiles([join(folder, 'red.png')]);
  }
  const run = async (heldBytes: number, expected: number) => {
    [most, full] = [0, expected];
    await predictFiles({
      engine: {
        async classify(model, source) {
          most = Math.max(most, ++working);
          try {
            if (most < full) await new Promise<void>((resolve) => waiting.push(resolve));
            for (const go of waiting.splice(0)) go();
            if (failures-- > 0) throw new Refusal(503, 'no room');
            return await server.engine.classify(model, source);
          } finally {
            working--;
          }
        },
      },
      model,
      limits: { ...defaultLimits, heldBytes },
      files: files(),
      top: 1,
      atOnce: 16,
      write: async (outcomes) => void got.push(...outcomes),
    });
  };
  await run(defaultLimits.heldBytes, 16);
  expect(most).toBe(16);
  await run(1, 1);
  expect(most).toBe(1);
  expect(got).toHaveLength(120);
  expect(got.filter((outcome) => 'error' in outcome)).toEqual([]);
});

describe('waiting ends', () => {
  const classifying = (classify: () => Promise<never>, options = {}) => {
    const [model] = server.engine.models();
    if (model === undefined) throw new Error('the test has no model');
    const written: FilePrediction[] = [];
    const done = predictFiles({
      engine: { classify },
      model,
      limits: defaultLimits,
      files: pictureFiles([join(folder, 'blue.png'), join(folder, 'red.png')]),
      top: 1,
      atOnce: 16,
      write: async (outcomes) => void written.push(...outcomes),
      ...options,
    });
    return { done, written };
  };

  test('when a result cannot be written: files that wait for room are not tried again', async () => {
    async function* files() {
      yield { path: 'none.png', name: 'none.png', problem: 'it is not there' };
      yield { path: join(folder, 'blue.png'), name: 'blue.png' };
    }
    let asked = 0;
    const { done } = classifying(() => Promise.reject(new Refusal(503, `the queue is full, ${++asked}`)), {
      files: files(),
      atOnce: 2,
      write: async () => {
        await vi.waitUntil(() => asked > 1);
        throw new Error('no space left');
      },
    });
    await expect(done).rejects.toThrow('no space left');
    const before = asked;
    await sleep(300); // 15 times what it waits for
    expect(asked - before).toBeLessThanOrEqual(1);
  });

  test('when nothing is finished, with a word about what is waited for', async () => {
    const said: string[] = [];
    const patience = { say: 10, end: 60 };
    const { done } = classifying(() => new Promise(() => {}), {
      patience,
      onWaiting: (line: string) => said.push(line),
    });
    await expect(done).rejects.toThrow(
      /Nothing was finished for 0 s: the prediction of .*blue\.png and 1 others did not come/,
    );
    expect(said[0]).toMatch(/^Waiting for the prediction of .*blue\.png and 1 others, since 0 s\.$/);
  });

  test('at a signal, though the queue is still full; what was not done has no row', async () => {
    let asked = 0;
    const classify = () => Promise.reject(new Refusal(503, `the queue is full, ${++asked}`));
    const { done, written } = classifying(classify, { stopped: () => asked > 4 });
    await done;
    expect(written).toEqual([]);
  });

  test('when the model cannot be used any more: its files are not taken for bad ones', async () => {
    const { done, written } = classifying(() =>
      Promise.reject(new Refusal(404, 'colors/1 cannot be used: gone')),
    );
    await expect(done).rejects.toThrow('colors/1 cannot be used: gone');
    expect(written).toEqual([]);
  });

  test('not for the others, when the model fails over one picture', async () => {
    const outcomes = [new Error('Non-zero status code\n    at run'), new Refusal(422, 'damaged')];
    const classify = () => Promise.reject(outcomes.shift());
    const { done, written } = classifying(classify);
    await done;
    expect(written.map((one) => 'error' in one && one.error).sort()).toEqual([
      'Non-zero status code',
      'damaged',
    ]);
  });
});
