// What is promised of adopted files in the cache: they are there while somebody serves them, and no longer; and adopting
// one leaves the thread free that answers requests.
import { Hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { openAdoptedFiles } from '../../../serve/engine/adopted-files.ts';
import { colors, openTestApp, temporaryFolder } from '../harness.ts';
import { plain } from '../pictures.ts';
import { tinyModel } from '../tiny-model.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function cache() {
  const folder = await temporaryFolder();
  closers.push(folder.remove);
  const names = (): string[] =>
    existsSync(folder.path)
      ? readdirSync(folder.path)
          .filter((name) => name.includes('.onnx'))
          .sort()
      : [];
  const write = (letter: string, ending = '') => {
    const path = join(folder.path, `${letter.repeat(64)}.onnx${ending}`);
    writeFileSync(path, letter);
    return path;
  };
  return { path: folder.path, names, write };
}

const nameOf = (letter: string) => `${letter.repeat(64)}.onnx`;

test('what one engine needs no more goes, unless another needs it; what a closed one left goes at the next start', async () => {
  const { path, names, write } = await cache();
  const [a, b, c] = [write('a'), write('b'), write('c')];
  const [one, two] = [openAdoptedFiles(path), openAdoptedFiles(path)];
  closers.push(one.close, two.close);
  await one.keep([a, b, '/elsewhere/model.onnx']);
  await two.keep([b, c]);
  await one.keep([]);
  expect(names()).toEqual([nameOf('b'), nameOf('c')]);
  await two.close();
  expect(names()).toEqual([nameOf('b'), nameOf('c')]); // for its next start
  const three = openAdoptedFiles(path);
  closers.push(three.close);
  await three.keep([c]);
  expect(names()).toEqual([nameOf('c')]);
});

test('what nobody named may be of an engine that starts; what was killed long ago, or is of an older version, goes', async () => {
  const { path, names, write } = await cache();
  write('d');
  write('e', '.123');
  writeFileSync(join(path, 'notes.txt'), '');
  const now = openAdoptedFiles(path);
  closers.push(now.close);
  await now.keep([]);
  expect(names()).toHaveLength(2);
  mkdirSync(join(path, 'needed-by'), { recursive: true });
  writeFileSync(join(path, 'needed-by', 'killed'), nameOf('d'));
  vi.useFakeTimers({ now: Date.now() + 2 * 60 * 60_000, toFake: ['Date'] });
  closers.push(() => void vi.useRealTimers());
  const later = openAdoptedFiles(path);
  closers.push(later.close);
  await later.keep([]);
  expect(names()).toEqual([]);
  expect(readdirSync(path)).toContain('notes.txt');
});

test('a cache that cannot be written is no error', async () => {
  const files = openAdoptedFiles('/dev/null/adopted');
  await expect(files.keep(['/dev/null/adopted/a.onnx'])).resolves.toBeUndefined();
  await expect(Promise.resolve(files.close())).resolves.toBeUndefined();
});

const card = {
  labels: ['red', 'green', 'blue'],
  input: { size: [2, 2], layout: 'NHWC', type: 'uint8' },
  resize: { crop: 'stretch' },
  output: 'probabilities',
};

async function serveForeign(extra: Uint8Array = new Uint8Array()) {
  const server = await openTestApp({ models: [colors] });
  closers.push(server.close);
  const { bytes } = await tinyModel(colors);
  const model = decodeModel(bytes);
  model.graph.initializer.push({ name: 'unused', dims: [extra.length], data_type: 2, raw_data: extra });
  const folder = join(server.repository, 'foreign', '1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), encodeModel({ ...model, metadata_props: [] }));
  const writeCard = (labels: readonly string[]) =>
    writeFileSync(join(folder, 'card.json'), JSON.stringify({ ...card, labels }));
  const look = async () => {
    await server.engine.look();
    await server.engine.look();
  };
  const served = () => server.engine.models().find(({ name }) => name === 'foreign');
  return { ...server, folder, look, served, writeCard };
}

test('a card.json that is replaced by one of the same size and time is taken, and the file of the one before goes', async () => {
  const { folder, look, post, served, writeCard } = await serveForeign();
  writeCard(['red', 'green', 'blue']);
  const time = new Date(1_700_000_000_000);
  utimesSync(join(folder, 'card.json'), time, time);
  await look();
  const first = served()?.path ?? '';
  expect(existsSync(first)).toBe(true);
  writeCard(['abc', 'defgh', 'ijkl']);
  utimesSync(join(folder, 'card.json'), time, time);
  await look();
  expect(served()?.card.labels).toEqual(['abc', 'defgh', 'ijkl']);
  const response = await post(new Uint8Array(await plain('red')), '?model=foreign');
  expect((await response.json()).label).toBe('abc');
  expect([existsSync(first), existsSync(served()?.path ?? '')]).toEqual([false, true]);
});

test('a file is adopted by a thread of its own: the one that answers requests digests none of it', async () => {
  const { look, served, writeCard } = await serveForeign(new Uint8Array(1024 * 1024).fill(1));
  const { update } = Hash.prototype;
  let digested = 0; // counted at once: buffers are freed afterwards
  const spy = vi.spyOn(Hash.prototype, 'update').mockImplementation(function (
    this: Hash,
    data: string | ArrayBufferView,
    ...rest
  ) {
    digested += typeof data === 'string' ? data.length : data.byteLength;
    return Reflect.apply(update, this, [data, ...rest]);
  });
  closers.push(() => spy.mockRestore());
  writeCard(['red', 'green', 'blue']);
  await look();
  expect(served()?.bytes).toBeGreaterThan(1024 * 1024);
  expect(digested).toBeLessThan(64 * 1024);
});
