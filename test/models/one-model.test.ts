// What is promised of a folder with the files of one model, as KServe lays them down: it is listed like a repository.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findModel, holdsOneModel, readRepository } from '../../models/repository.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'trainyard-one-')), 'models');
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

function write(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'x');
  }
}

describe('one model', () => {
  test('as a file: it is version 1, of the name that is wanted', async () => {
    write('model.onnx', 'card.json', 'model.onnx.data');
    const path = join(folder, 'model.onnx');
    expect(await readRepository(folder, 'digits')).toEqual({
      models: [{ name: 'digits', version: 1, path }],
      faults: [],
    });
    expect(await holdsOneModel(folder)).toBe(true);
  });

  test('in folders of versions: the numbers are theirs', async () => {
    write('2/model.onnx', '10/model.onnx', 'default-model');
    const { models, faults } = await readRepository(folder, 'digits');
    expect(models).toEqual(
      [2, 10].map((version) => ({
        name: 'digits',
        version,
        path: join(folder, String(version), 'model.onnx'),
      })),
    );
    expect(faults).toEqual([]);
    expect(await holdsOneModel(folder)).toBe(true);
  });

  test('without a wanted name it has that of its folder', async () => {
    write('model.onnx');
    expect((await findModel(folder)).name).toBe('models');
  });

  test('a version without a file is a fault in the folder itself, of the wanted name', async () => {
    write('1/model.onnx', '2/notes.txt');
    expect((await readRepository(folder, 'digits')).faults).toEqual([
      { name: 'digits', version: 2, place: '2', reason: expect.stringContaining('holds notes.txt') },
    ]);
  });
});

describe('a repository stays one', () => {
  test.each(['model.onnx', '1/model.onnx'])('though %s lies astray in it', async (astray) => {
    write('digits/1/model.onnx', astray);
    const { models, faults } = await readRepository(folder, 'other');
    expect(models).toEqual([{ name: 'digits', version: 1, path: join(folder, 'digits/1/model.onnx') }]);
    expect(faults).toHaveLength(1);
    expect(await holdsOneModel(folder)).toBe(false);
  });

  test('of which one name alone is a number', async () => {
    write('7/1/model.onnx');
    expect((await readRepository(folder)).models.map(({ name }) => name)).toEqual(['7']);
  });

  test('that holds nothing', async () => {
    expect(await readRepository(folder, 'digits')).toEqual({ models: [], faults: [] });
    expect(await holdsOneModel(folder)).toBe(false);
  });
});
