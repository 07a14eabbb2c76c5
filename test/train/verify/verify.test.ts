// The proof of exact resume: it runs, it leaves nothing behind, and it can fail.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeSafetensors } from '../../../train/files/safetensors.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { compareRunFiles } from '../../../train/verify/compare.ts';
import { verifyResume } from '../../../train/verify/index.ts';

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
    const verified = await verifyResume(recipe, { steps: 12, kills: 4 });
    expect(verified).toMatchObject({ identical: true, steps: 12 });
    expect(verified.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['best.safetensors', 'last.safetensors', 'metrics.csv']),
    );
    expect(verified.files.every(({ digests: [a, b] }) => a !== undefined && a === b)).toBe(true);
    // A kill may come after the end on a machine that is busy elsewhere, but not every one of four.
    expect(verified.kills).toBeGreaterThan(0);
    expect(verified.resumedAt).toHaveLength(verified.kills + 1);
    expect(readdirSync(folder).filter((name) => name.startsWith('trainyard-'))).toEqual([]);
  }, 120_000);

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
