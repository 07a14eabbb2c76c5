// The loader with its worker: exact, resumable, and never a hang.
import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { handwriting } from '../../../train/augment/index.ts';
import { createBatches, createSlot } from '../../../train/loader/batches.ts';
import { type Loader, type LoaderOptions, openLoader } from '../../../train/loader/index.ts';
import { n, options, stepsPerEpoch, take } from './examples.ts';

const opened: Loader[] = [];
async function open(changed: Partial<LoaderOptions> = {}): Promise<Loader> {
  const loader = await openLoader({ ...options, ...changed });
  opened.push(loader);
  return loader;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((loader) => loader.close()));
});

const augment = { ...handwriting, translate: 1, flip: 'alternating' as const };

describe('openLoader', () => {
  it('counts steps and epochs, and gives whole batches alone', async () => {
    const loader = await open();
    expect(loader.stepsPerEpoch).toBe(stepsPerEpoch);
    const batches = take(loader, 14);
    expect(batches.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(batches.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2]);
    for (const { images, labels } of batches) expect([images.length, labels.length]).toEqual([8 * 16, 8]);
  });

  it('gives, byte for byte, what its batches are defined as', async () => {
    const writeBatch = createBatches({ ...options, augment });
    const expected = Array.from({ length: 40 }, (_, step) => {
      const slot = createSlot(8, 16);
      writeBatch(step, slot);
      return { ...slot, step, epoch: Math.floor(step / stepsPerEpoch) };
    });
    for (const ahead of [2, 4, 9]) expect(take(await open({ augment, ahead }), 40)).toEqual(expected);
  });

  it('opened at step k gives what one opened at 0 gives after k steps', async () => {
    const whole = take(await open({ augment }), 25);
    for (const k of [1, 5, 6, 13, 18]) {
      expect(take(await open({ augment, startStep: k }), 25 - k)).toEqual(whole.slice(k));
    }
  });

  it('shows other images with another seed', async () => {
    const [one] = take(await open(), 1);
    const [other] = take(await open({ seed: 2 }), 1);
    expect(other?.labels).not.toEqual(one?.labels);
  });

  it('leaves a batch alone until the next one is asked for', async () => {
    const loader = await open({ augment, ahead: 2 });
    const batch = loader.next();
    const before = { images: batch.images.slice(), labels: batch.labels.slice() };
    await setTimeout(100); // time enough for the worker to run over it, if it would
    expect({ images: batch.images, labels: batch.labels }).toEqual(before);
  });

  it('takes a split that is not in shared memory', async () => {
    const split = { images: options.split.images.slice(), labels: options.split.labels.slice(), n };
    expect(take(await open({ split }), 3)).toEqual(take(await open(), 3));
  });

  it('counts the time that it blocked', async () => {
    const loader = await open();
    expect(loader.waitedMs()).toBe(0);
    loader.next();
    const waited = loader.waitedMs();
    expect(waited).toBeGreaterThan(0);
    await setTimeout(20);
    expect(loader.waitedMs()).toBe(waited);
  });

  it('throws what its worker threw', async () => {
    const loader = await open({ augment: { translate: 4 } });
    expect(() => loader.next()).toThrow(
      /^The data loader failed: RangeError: translate: expected less than the image's 4x4 pixels, received 4/,
    );
    await setTimeout(100); // time enough for the worker to end
    expect(() => loader.next()).toThrow('The data loader failed'); // and goes on doing so
  });

  it('closes while its worker is busy, waiting, failed or closed already', async () => {
    for (const changed of [{ ahead: 500 }, { ahead: 2 }, { augment: { translate: 4 } }]) {
      const loader = await open(changed);
      await loader.close();
      await loader.close();
      expect(() => loader.next()).toThrow('The data loader is closed.');
    }
  });

  it.each([0, 51])('refuses a batch size of %i', async (batchSize) => {
    const refusal = open({ batchSize });
    await expect(refusal).rejects.toBeInstanceOf(UserError);
    await expect(refusal).rejects.toThrow(
      `The batch size is ${batchSize}: choose one from 1 to 50, the number of images.`,
    );
  });

  it('refuses a ring in which nothing could be ahead', async () => {
    await expect(open({ ahead: 1 })).rejects.toThrow('ahead: expected 2 or more, received 1');
  });

  it.each([
    ['registers tsx as bin/trainyard.mjs does', [], "import { register } from 'tsx/esm/api'; register();"],
    ['is started with tsx', ['--import', 'tsx'], ''],
  ])('works in a program that %s, and does not keep it alive', (_, flags, prologue) => {
    const script = `${prologue}
      const { openLoader } = await import('./train/loader/index.ts');
      const split = { images: new Uint8Array(64), labels: new Uint8Array(16), n: 16 };
      const loader = await openLoader({ split, shape: [2, 2, 1], batchSize: 4, seed: 1, augment: { rotate: 5 } });
      console.log(loader.next().images.length);`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...flags, '--input-type=module', '--eval', script],
      { cwd: fileURLToPath(new URL('../../..', import.meta.url)), encoding: 'utf8', timeout: 50_000 },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '16\n', stderr: '' });
  });
});
