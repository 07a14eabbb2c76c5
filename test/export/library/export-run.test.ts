// What is promised of an export from code: the command's file, byte for byte, in a repository or as a file, or nothing.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadModel } from '../../../public/index.ts';
import {
  type ExportRunOptions,
  exportRun,
  type TrainedRun,
  train,
  UserError,
} from '../../../public/train.ts';
import { trainyard } from '../../command.ts';
import { useCache } from '../../own-cache.ts';
import { single } from '../../single-card.ts';
import { writeNoise } from '../../train/datasets/folder/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-export-run-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [photos, runs, repository] = ['photos', 'runs', 'models'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
useCache(join(folder, 'cache'));

let run: TrainedRun;
beforeAll(async () => {
  await writeNoise(photos, 16, ['cat', 'dog']);
  run = await train(photos, { architecture: 'small-cnn', size: 16, epochs: 1, batchSize: 4, runs });
}, 120_000);

describe('exportRun', () => {
  it('writes the file of the command, in a repository and elsewhere, and prints nothing', async () => {
    const command = join(folder, 'by-command');
    await trainyard('export', run.name, '--runs', runs, '--repository', command);
    const bytes = readFileSync(join(command, 'photos/1/model.onnx'));
    const printed = [
      vi.spyOn(process.stdout, 'write'),
      vi.spyOn(process.stderr, 'write'),
      ...(['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name)),
    ];
    const messages: string[] = [];
    const first = await exportRun(run, { repository, onMessage: (line) => void messages.push(line) });
    const second = await exportRun(run.name, { runs, repository });
    const file = await exportRun(undefined, { runs, file: join(folder, 'deep/er/cats.onnx') });
    for (const spy of printed) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    expect(first).toMatchObject({
      name: 'photos',
      version: 1,
      path: join(repository, 'photos/1/model.onnx'),
    });
    expect(second).toMatchObject({ name: 'photos', version: 2 });
    expect(file).toMatchObject({
      name: 'photos',
      version: undefined,
      path: join(folder, 'deep/er/cats.onnx'),
    });
    for (const { path } of [first, second, file]) expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['cats.onnx']);
    expect(messages.map((line) => line.trim().split(' ')[0])).toEqual([
      ...['Exporting', 'traced', 'converted', 'compared', 'written'],
    ]);

    const model = await loadModel(file.path, { workers: 1 });
    expect(model.card).toEqual(file.card);
    expect(file.card.labels).toEqual(['cat', 'dog']);
    expect(file.parity.n).toBe(file.card.parity?.n);
    expect(file.accuracy).toBe(single(file.card).metrics?.accuracy);
    await model.close();
  });

  it.each([
    [
      'a promise',
      (): unknown => Promise.resolve(run),
      /received \[object Promise\], expected a run as `await train/,
    ],
    ['an object without a folder', (): unknown => ({}), /received \[object Object\]/],
    ['null', (): unknown => null, /received \[object Null\]/],
  ])('refuses %s, where JavaScript passes it, and does not take the newest run', async (_, what, words) => {
    const path = join(folder, 'none.onnx');
    const error = await exportRun(what() as TrainedRun, { runs, file: path }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(words);
    expect(existsSync(path)).toBe(false);
  });

  it('replaces a file, and takes what the command takes', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, 'something else');
    const options = { checkpoint: 'last', calibrate: true, tta: true, opset: 18, tolerance: 1e-4 } as const;
    const { card, path: written } = await exportRun(run, { file: path, ...options });
    expect(written).toBe(path);
    expect(card).toMatchObject({ tta: 'mirror', calibration: { n: 3 }, parity: { tolerance: 1e-4 } });
    const words = ['--checkpoint', 'last', '--calibrate', '--tta', '--opset', '18', '--tolerance', '1e-4'];
    const other = join(folder, 'others');
    await trainyard('export', run.name, ...words, '--runs', runs, '--repository', other);
    expect(readFileSync(path).equals(readFileSync(join(other, 'photos/1/model.onnx')))).toBe(true);
  });

  it('is ended by a signal at any stage before the last, and then writes nothing', async () => {
    const reason = new Error('the reason');
    const path = join(folder, 'aborted.onnx');
    for (const stage of ['', 'Exporting', '  traced', '  converted', '  compared']) {
      const abort = new AbortController();
      if (stage === '') abort.abort(reason);
      const onMessage = (line: string) => void (line.startsWith(stage) && abort.abort(reason));
      const exported = exportRun(run, { file: path, signal: abort.signal, onMessage });
      await expect(exported).rejects.toBe(reason);
      expect(existsSync(path)).toBe(false);
    }
  });

  it('refuses an option that there is not', async () => {
    const misspelt = { files: 'x.onnx' } as ExportRunOptions;
    await expect(exportRun(undefined, misspelt)).rejects.toThrow(
      /^exportRun has no option "files"\. Did you mean file\?$/,
    );
  });

  it.each<[string | undefined, ExportRunOptions, string]>([
    ['0009-none', { runs }, 'There is no run "0009-none"'],
    [undefined, { runs: join(folder, 'nowhere') }, 'No run in'],
    [
      '0001-photos',
      { runs, file: 'model.bin' },
      'file takes a path that ends in .onnx; received "model.bin".',
    ],
    [
      '0001-photos',
      { runs, file: 'a.onnx', repository: 'b' },
      'received the repository b and the file a.onnx',
    ],
    ['0001-photos', { runs, opset: 99 }, 'opset takes a whole number from 13 to 26; received 99.'],
    ['0001-photos', { runs, tolerance: 0 }, 'tolerance takes a difference of probabilities above 0'],
  ])('refuses %s with %j', async (name, options, message) => {
    const error = await exportRun(name, options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(message);
  });
});
