// The proof of exact resume: it runs, it leaves nothing behind, and it can fail.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeSafetensors } from '../../../train/files/safetensors.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { compareRunFiles } from '../../../train/verify/compare.ts';
import { batchFor, verifyResume } from '../../../train/verify/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-compare-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('verifyResume', () => {
  it('finds a short stretch of digits identical under kills, and cleans up', async () => {
    vi.stubEnv('TMPDIR', folder);
    const recipe = findRecipe('digits', { batchSize: 16 });
    const verified = await verifyResume(recipe, { steps: 12, kills: 2 });
    expect(verified).toMatchObject({ identical: true, steps: 12 });
    expect(verified.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['best.safetensors', 'last.safetensors', 'metrics.csv']),
    );
    expect(verified.files.every(({ digests: [a, b] }) => a !== undefined && a === b)).toBe(true);
    // A kill may come after the end on a machine that is busy elsewhere, but not both.
    expect(verified.kills).toBeGreaterThan(0);
    expect(verified.isCovered).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('trainyard-'))).toEqual([]);
  }, 120_000);

  it('of few pictures takes smaller batches, and goes on in the middle of each epoch whatever kills hit', async () => {
    vi.stubEnv('TMPDIR', folder);
    const lines: string[] = [];
    // A batch of all pictures: one step an epoch.
    const recipe = { ...findRecipe('digits', { batchSize: 12 }), images: 12 };
    const verified = await verifyResume(recipe, {
      ...{ steps: 40, kills: 0 },
      log: (line) => lines.push(line),
    });
    expect(verified).toMatchObject({ identical: true, isCovered: true, steps: 8, kills: 2 });
    // At once; then from the start, from the middle of the first epoch of four steps, and of the second.
    expect(verified.resumedAt).toEqual([0, 0, 2, 6]);
    expect(verified.files.filter(({ name }) => name === 'last.safetensors')).toHaveLength(2);
    expect(lines[0]).toBe(
      'An epoch of 12 pictures has too few batches of 12 to be cut in its middle: for this, a batch has 3.',
    );
  }, 120_000);

  it.each([
    [64, 1, 640, 64],
    [64, 1, 200, 50],
    [64, 8, 40, 8],
    [2, 1, 2, 1],
    [8, 8, 10, 8],
  ])('a batch of %i in %i parts of %i pictures has %i', (batchSize, accumulate, images, expected) => {
    expect(batchFor({ ...findRecipe('digits', {}), batchSize, accumulate }, images)).toBe(expected);
  });

  it('stops when it is asked to, and leaves nothing', async () => {
    vi.stubEnv('TMPDIR', folder);
    const abort = new AbortController();
    const recipe = findRecipe('digits', { batchSize: 16 });
    setTimeout(() => abort.abort(), 500);
    await expect(verifyResume(recipe, { steps: 12, kills: 1, signal: abort.signal })).rejects.toThrow();
    expect(readdirSync(folder).filter((name) => name.startsWith('trainyard-'))).toEqual([]);
  });
});

describe('compareRuns', () => {
  function write(run: string, values: number[], metrics: string): string {
    const path = join(folder, run);
    mkdirSync(path);
    const tensors = new Map([
      ['conv1/kernel', { shape: [2], values: new Float32Array([1, 2]) }],
      ['conv2/kernel', { shape: [values.length], values: new Float32Array(values) }],
    ]);
    writeSafetensors(join(path, 'last.safetensors'), { tensors, metadata: {} });
    writeFileSync(join(path, 'metrics.csv'), metrics);
    return path;
  }

  it('names the first tensor and the first line that differ', () => {
    const files = compareRunFiles(write('a', [0, 3], 'epoch\n1\n'), write('b', [-0, 3], 'epoch\n2\n'));
    expect(files.map(({ name, difference }) => [name, difference])).toEqual([
      ['last.safetensors', 'tensor conv2/kernel differs, first at value 0: 0 and -0'],
      ['metrics.csv', 'line 2 is "1" and "2"'],
    ]);
  });

  it('names a file that one run lacks', () => {
    const [a, b] = [write('a', [1], ''), write('b', [1], '')];
    writeFileSync(join(b, 'last.safetensors.7.tmp'), '');
    expect(compareRunFiles(a, b).filter(({ difference }) => difference !== undefined)).toEqual([
      expect.objectContaining({ name: 'last.safetensors.7.tmp', difference: 'only in the second' }),
    ]);
  });
});
