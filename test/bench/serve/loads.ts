// The two loads of the benchmark: one limited by computing, one by the overhead of each request.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryFolder } from '../../../setup/paths.mjs';
import { type Bodies, writeForms } from '../support/wrk.ts';
import { digits, photographs } from './pictures.ts';
import { vggRepository } from './vgg.ts';

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Model repository, and the name of the model in it. */
  readonly repository: string;
  readonly model: string;
  /** Path of the model file. */
  readonly file: string;
  readonly pictures: readonly Uint8Array[];
  /** The pictures as they are posted. */
  readonly forms: Bodies;
  /** Folder of the pictures as files, `0.bin` and so on. */
  readonly files: string;
  /** How JPEGs may be decoded: exactly, or smaller than they are. */
  readonly decoding: readonly Decoding[];
}

export type Decoding = 'exact' | 'fast';

export const workloads = ['vgg', 'digits'] as const;

/**
 * Makes a load's model and pictures.
 *
 * @param folder - for the pictures; the caller's to remove.
 */
export async function openWorkload(name: (typeof workloads)[number], folder: string): Promise<Workload> {
  const { title, repository, pictures, decoding } =
    name === 'vgg'
      ? {
          title: 'VGG, 16 million weights, and noisy JPEGs of 640x480, 100 kB',
          repository: await vggRepository(),
          pictures: await photographs(48),
          decoding: ['exact', 'fast'] as const,
        }
      : {
          title: 'Digits, 80 thousand weights, and PNGs of 28x28, 0.3 kB',
          repository: repositoryFolder,
          pictures: await digits(64),
          decoding: ['exact'] as const,
        };
  const files = join(folder, `${name}-files`);
  mkdirSync(files);
  for (const [i, picture] of pictures.entries()) writeFileSync(join(files, `${i}.bin`), picture);
  const forms = writeForms(join(folder, `${name}-forms`), pictures);
  const file = join(repository, name, '1', 'model.onnx');
  return { name, title, repository, model: name, file, pictures, forms, files, decoding };
}

/** A picture as fetch posts it. */
export function formOf(picture: Uint8Array): FormData {
  const form = new FormData();
  form.append('img', new Blob([new Uint8Array(picture)]), 'picture');
  return form;
}
