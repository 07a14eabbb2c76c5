// Folders of pictures for tests: CIFAR-10's as files, and the odd formats, in a temporary folder with a cache of its own.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { vi } from 'vitest';
import { imagesOf, judgedBy, loadDataset, type MemoryDataset } from '../../../../train/datasets/index.ts';
import { random } from '../../../../train/random.ts';

export interface Place {
  /** A folder that is empty at first. */
  readonly path: string;
  /** Writes a file into it, folders made as needed; it looks as old as `age` seconds. */
  write(name: string, bytes: Uint8Array | string, age?: number): void;
  close(): void;
}

/** A temporary folder; the cache of prepared pictures is beside it while the test file runs. */
export function temporaryPlace(): Place {
  const whole = mkdtempSync(join(tmpdir(), 'trainyard-folder-'));
  vi.stubEnv('TRAINYARD_CACHE', join(whole, 'cache'));
  const path = join(whole, 'photos');
  mkdirSync(path);
  return {
    path,
    write(name, bytes, age = 60) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      const then = Date.now() / 1000 - age;
      utimesSync(file, then, then);
    },
    close: () => rmSync(whole, { recursive: true }),
  };
}

/** CIFAR-10, from the cache that all tests share: to be called before `temporaryPlace`. */
export const cifar = (): Promise<MemoryDataset> => loadDataset('cifar10');

/** The first `count` test pictures of a class of CIFAR-10, as PNG. */
export async function photographs(dataset: MemoryDataset, label: string, count: number): Promise<Buffer[]> {
  const wanted = dataset.labels.indexOf(label);
  const test = judgedBy(dataset);
  const places = [...test.labels.keys()].filter((i) => test.labels[i] === wanted);
  return Promise.all(
    places.slice(0, count).map((i) =>
      picture(imagesOf(test, i, i + 1))
        .png()
        .toBuffer(),
    ),
  );
}

/** A 32x32 RGB picture for sharp. */
export function picture(pixels: Uint8Array, side = 32): Sharp {
  return sharp(Buffer.from(pixels), { raw: { width: side, height: side, channels: 3 } });
}

/** A picture of smooth noise, another for each seed: no two look alike. */
export function noise(seed: number, side = 32): Sharp {
  const next = random(seed, 'test/folder');
  const coarse = Uint8Array.from({ length: 8 * 8 * 3 }, () => Math.floor(next() * 256));
  return sharp(Buffer.from(coarse), { raw: { width: 8, height: 8, channels: 3 } }).resize(side, side, {
    kernel: 'cubic',
  });
}

/** Writes `n` pictures of noise, in a folder for each of two classes in turn. */
export async function writeNoise(
  folder: string,
  n: number,
  classes: readonly [string, string],
): Promise<void> {
  for (let i = 0; i < n; i++) {
    const own = join(folder, classes[i % 2 === 0 ? 0 : 1]);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, `${i}.png`), await noise(i).png().toBuffer());
  }
}
