// What is promised of `embed` and `similar`: NumPy and pyarrow read the rows, which are the features of the pictures; the nearest
// are found as NumPy finds them; and no picture is looked at twice that stayed as it was.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { pictureFiles } from '../../../serve/predict/files.ts';
import { embed } from '../../../serve/similar/embed.ts';
import { checkEmbeddingEnding } from '../../../serve/similar/embedding-file.ts';
import { updateStore } from '../../../serve/similar/known-pictures.ts';
import { search } from '../../../serve/similar/similar.ts';
import { openStore, readStore, storePath } from '../../../serve/similar/store.ts';
import { trainyard } from '../../command.ts';
import { program } from '../../listening.ts';
import { python } from '../../python.ts';
import { colors, openTestApp } from '../harness.ts';
import { plain } from '../pictures.ts';
import { byPyarrow, hasPyarrow, noPyarrow } from '../predict/pyarrow.ts';

let server: Awaited<ReturnType<typeof openTestApp>>;
/** The folder of the pictures. */
let folder: string;
/** The features of a picture of one color, of a model that takes 2 x 2 pixels. */
const four = (...rgb: number[]) => [...rgb, ...rgb, ...rgb, ...rgb];
const tints = {
  'a, "lime" one.png': four(0, 255, 0),
  'blue.png': four(0, 0, 255),
  'red.png': four(255, 0, 0),
};
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  server = await openTestApp({ models: [colors] });
  folder = join(server.repository, 'pictures');
  mkdirSync(folder);
  writeFileSync(at('a, "lime" one.png'), await plain('lime'));
  for (const tint of ['red', 'blue']) writeFileSync(at(`${tint}.png`), await plain(tint));
  writeFileSync(at('broken.jpg'), (await plain('red', 'jpeg')).subarray(0, 60));
});
afterAll(() => server.close());

const readBack = `
import csv, json, sys, numpy
array = numpy.load(sys.argv[1])
paths = [row['path'] for row in csv.DictReader(open(sys.argv[2], newline=''))]
print(json.dumps([str(array.dtype), array.tolist(), paths]))`;

/** Runs `embed` of the folder. */
async function embedTo(name: string) {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const out = join(server.repository, name);
  const status = await embed({
    wanted: { repository: server.repository, name: 'colors', version: undefined },
    files: () => pictureFiles([folder]),
    ...{ out, total: 4, skipped: { files: 0, endings: '' }, threads: 1 },
  });
  expect(existsSync(`${out}.part`)).toBe(false);
  return { out, status, said: said.mock.calls.flat().join('\n') };
}

test('the embeddings of files are an array that NumPy reads, beside their paths; a bad file has none', async () => {
  const { out, status, said } = await embedTo('features.npy');
  expect([status, said]).toEqual([1, expect.stringContaining('1 of 4 files has no embedding')]);
  const names = join(server.repository, 'features.csv');
  expect(JSON.parse(python(readBack, [out, names]))).toEqual([
    'float32',
    Object.values(tints),
    Object.keys(tints).map(at),
  ]);
  expect(existsSync(`${names}.part`)).toBe(false);
  expect(() => checkEmbeddingEnding('a.txt')).toThrow('--out takes a file that ends in .npy or .parquet');
  await expect(embedTo('none/a.npy')).rejects.toThrow(UserError);
});

test('as Parquet they are lists of float32, as pyarrow reads them', async ({ skip }) => {
  skip(!hasPyarrow, noPyarrow);
  const { types, rows } = byPyarrow((await embedTo('features.parquet')).out);
  expect(types).toEqual(['path string', expect.stringMatching(/^embedding list<element: float/)]);
  const expected = Object.entries(tints).map(([name, embedding]) => ({ path: at(name), embedding }));
  expect(rows).toEqual(expected);
});

const inNumPy = `
import json, sys, numpy
rows, query = [numpy.array(each) for each in json.load(sys.stdin)]
cosines = rows @ query / numpy.linalg.norm(rows, axis=1) / numpy.linalg.norm(query)
best = numpy.argsort(-cosines)[:25]
print(json.dumps([best.tolist(), cosines[best].tolist()]))`;

test('the nearest of many are those of NumPy, in its order, with its cosines', async () => {
  const path = join(server.repository, 'many.bin');
  const draw = (row: number) =>
    Float32Array.from({ length: 37 }, (_, k) => Math.sin(row * row + 7 * k * row + k));
  const rows = Array.from({ length: 600 }, (_, row) => draw(row + 1));
  const query = draw(0.5);
  const writer = await openStore(path);
  // One without a row is no row.
  await writer.add({ path: 'bad', size: 1, time: 1, error: 'it is damaged' }, undefined);
  for (const [i, row] of rows.entries()) await writer.add({ path: String(i), size: 1, time: 1 }, row);
  await writer.finish();
  await writer.close();
  const asked = JSON.stringify([rows.map((row) => [...row]), [...query]]);
  const [best, cosines] = JSON.parse(python(inNumPy, [], Buffer.from(asked)));
  const found = search(readStore(path), query, 25);
  expect(found.map((one) => Number(one.path))).toEqual(best);
  for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(cosines[i], 6);
  // A damaged file is none.
  writeFileSync(path, readFileSync(path).subarray(0, 5_000));
  expect(readStore(path).pictures).toEqual([]);
});

test('of a folder, only pictures that came or changed are looked at again, and those that went are gone', async () => {
  const [model] = server.engine.models();
  if (model === undefined) throw new Error('no model is served');
  const store = storePath(server.repository, model.sha256, [folder]);
  let looked: string[] = [];
  const update = async () => {
    looked = [];
    const stored = await updateStore({
      ...{ engine: server.engine, model, store, stopped: () => false },
      files: () => pictureFiles([folder]),
      onLooked: (outcomes) => void looked.push(...outcomes.map(({ file }) => file)),
    });
    return { stored, red: search(stored, Float32Array.from(tints['red.png']), 9) };
  };
  const first = await update();
  expect(looked.toSorted()).toEqual([...Object.keys(tints), 'broken.jpg'].map(at).toSorted());
  expect(first.red[0]).toEqual({ score: 1, path: at('red.png') });
  expect(first.red.slice(1).map(({ score }) => score)).toEqual([0, 0]);
  const second = await update();
  expect(looked).toEqual([]);
  expect(second.red).toEqual(first.red);
  expect(second.stored.pictures.filter(({ error }) => error !== undefined)).toHaveLength(1);

  writeFileSync(at('blue.png'), await plain('red'));
  utimesSync(at('blue.png'), 1, 1);
  rmSync(at('broken.jpg'));
  writeFileSync(at('z.png'), await plain('#f00', 'png', 9, 9));
  const third = await update();
  expect(looked).toEqual(['blue.png', 'z.png'].map(at));
  expect(third.stored.pictures).toHaveLength(4);
  expect(
    third.red
      .filter(({ score }) => score > 0.9999)
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual(['blue.png', 'red.png', 'z.png'].map(at));
});

test('the command prints a table, or a JSON object a line', async () => {
  const env = { ...process.env, TRAINYARD_CACHE: join(server.repository, 'cache') };
  const run = async (...args: string[]) => {
    const all = ['similar', 'colors', ...args, '--repository', server.repository];
    const child = spawn(process.execPath, [program, ...all], { cwd: folder, env });
    const [[code], printed, errors] = await Promise.all([
      once(child, 'exit'),
      text(child.stdout),
      text(child.stderr),
    ]);
    return { code, printed, errors };
  };
  const lines = await run('red.png', '.', '--top', '2', '--json');
  expect(lines.code, lines.errors).toBe(0);
  const hits = lines.printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(hits.map(({ score }) => score)).toEqual([1, 1]);
  const table = await run('a, "lime" one.png', '.', '--top', '1');
  expect(table).toEqual({ code: 0, printed: ' 1.0000  a, "lime" one.png\n', errors: '' });
  const none = await run('gone.png', '.');
  expect(none).toMatchObject({
    code: 1,
    printed: '',
    errors: expect.stringContaining('gone.png: it cannot be read'),
  });
});

test('embed says what it lacks, without a trace', async () => {
  const { status, stderr } = await trainyard('embed', 'digits', '.');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^--out is missing\. Expected a file for the embeddings, such as --out embeddings\.npy\.$/m,
  );
});
