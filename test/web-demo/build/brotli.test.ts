// What is compressed thoroughly is made once, kept by its content, and put in the place of what was made quickly.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeThorough } from '../../../web-demo/build/brotli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-brotli-'));
  vi.stubEnv('TRAINYARD_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const kept = () => readdirSync(join(folder, 'cache', 'compressed'));

test('it is made once; another file with the same content takes what is kept', async () => {
  const [one, other] = [join(folder, 'one.wasm'), join(folder, 'other.wasm')];
  for (const path of [one, other]) writeFileSync(path, 'the same content');
  writeFileSync(`${one}.br`, 'made quickly');
  expect(await writeThorough(one, { make: false })).toBe(false);
  expect(readFileSync(`${one}.br`, 'utf8')).toBe('made quickly');
  expect(await writeThorough(one)).toBe(true);
  expect(await writeThorough(other, { make: false })).toBe(true);
  for (const path of [one, other]) {
    expect(brotliDecompressSync(readFileSync(`${path}.br`)).toString()).toBe('the same content');
  }
  expect(kept()).toHaveLength(1);
});

test('two at the same time do not do the work twice, and leave nothing unfinished', async () => {
  const path = join(folder, 'one.wasm');
  writeFileSync(path, 'content');
  const both = await Promise.all([writeThorough(path), writeThorough(path)]);
  expect(both).toContain(true);
  expect(kept()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.br10$/)]);
});

test('who was ended in the middle of it does not keep others from it for ever', async () => {
  const path = join(folder, 'one.wasm');
  writeFileSync(path, 'content');
  await writeThorough(path);
  const [name = ''] = kept();
  rmSync(join(folder, 'cache'), { recursive: true });
  mkdirSync(join(folder, 'cache', 'compressed'), { recursive: true });
  writeFileSync(join(folder, 'cache', 'compressed', `${name}.unfinished`), '');
  expect(await writeThorough(path)).toBe(false);
  vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
  expect(await writeThorough(path)).toBe(true);
  vi.useRealTimers();
});
