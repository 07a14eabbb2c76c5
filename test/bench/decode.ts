// `npm run bench decode`: what `--decode fast` costs. CIFAR-10's test pictures, enlarged and written as JPEGs, are
// classified after both ways of decoding.
import { readFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import sharp from 'sharp';
import { readCard } from '../../models/card.ts';
import { resize } from '../../models/image/resize.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { findModel } from '../../models/repository.ts';
import { checkHeader, isPlain } from '../../serve/decode/header.ts';
import { createPrepareInput } from '../../serve/sessions/prepare-input.ts';
import { openModelSession } from '../../serve/sessions/session.ts';
import { repositoryFolder } from '../../setup/paths.mjs';
import { loadDataset } from '../../train/datasets/index.ts';
import { need } from './support/needs.ts';
import { table } from './support/statistics.ts';

const SIDE = 32;

/** Pictures in a run. */
const BATCH = 50;

export const command = defineCommand({
  meta: { name: 'decode', description: 'Accuracy and time of exact and of fast decoding' },
  args: {
    n: { type: 'string', description: 'Test pictures', default: '10000' },
    width: { type: 'string', description: 'Width that they are enlarged to', default: '640' },
    height: { type: 'string', description: 'Height', default: '480' },
    quality: { type: 'string', description: 'Quality of the JPEGs', default: '90' },
    model: { type: 'string', description: 'Model of the repository', default: 'cifar' },
  },
  async run({ args }) {
    await need('cifar10');
    const n = wholeNumber('n', args.n, 1, 10_000);
    const [width, height] = [
      wholeNumber('width', args.width, 1, 8192),
      wholeNumber('height', args.height, 1, 8192),
    ];
    const quality = wholeNumber('quality', args.quality, 1, 100);
    const { test } = await loadDataset('cifar10');
    const file = await findModel(repositoryFolder, args.model);
    const card = readCard(readFileSync(file.path));
    const session = await openModelSession(file.path, card, { threads: 2, device: 'cpu' });
    const ways = (['exact', 'fast'] as const).map((name) => ({
      name,
      make: createPrepareInput({ fast: name === 'fast' }),
      inputs: new Uint8Array(BATCH * SIDE * SIDE * 3),
      milliseconds: 0,
      right: 0,
      labels: [] as number[],
    }));
    let bytesOfAll = 0;

    for (let at = 0; at < n; at += BATCH) {
      const size = Math.min(BATCH, n - at);
      for (let i = 0; i < size; i++) {
        const pixels = test.images.subarray((at + i) * SIDE * SIDE * 3, (at + i + 1) * SIDE * SIDE * 3);
        const large = resize(
          { data: pixels, width: SIDE, height: SIDE, channels: 3 },
          width,
          height,
          'bicubic',
        );
        const bytes = await sharp(large.data, { raw: { width, height, channels: 3 } })
          .jpeg({ quality })
          .toBuffer();
        bytesOfAll += bytes.length;
        const header = checkHeader(bytes, { pixels: 1e9, jpegs: true });
        if (!isPlain(header, true)) throw new Error('sharp wrote a JPEG that is not plain');
        for (const way of ways) {
          const { data, spent } = way.make({ kind: 'encoded', bytes, header }, card.input.shape, {
            rule: 'resize',
            filter: 'bilinear',
            crop: 'stretch', // the way back to the picture's own shape
          });
          way.inputs.set(data, i * data.length);
          way.milliseconds += spent.decode + spent.prepare;
        }
      }
      for (const way of ways) {
        const { output: all } = await session.run(way.inputs.subarray(0, size * SIDE * SIDE * 3), size);
        for (let i = 0; i < size; i++) {
          const row = all.subarray(i * card.labels.length, (i + 1) * card.labels.length);
          const label = row.indexOf(Math.max(...row));
          way.labels.push(label);
          if (label === test.labels[at + i]) way.right++;
        }
      }
    }
    const [exact, fast] = ways;
    const changed = exact?.labels.filter((label, i) => label !== fast?.labels[i]).length;
    console.log(
      table(
        ['decoding', 'accuracy', 'ms to decode and prepare'],
        ways.map(({ name, right, milliseconds }) => [
          name,
          `${((right / n) * 100).toFixed(2)} %`,
          (milliseconds / n).toFixed(2),
        ]),
      ),
    );
    console.log(
      `${n} test pictures as ${width}x${height} JPEGs of quality ${quality}, ${(bytesOfAll / n / 1000).toFixed(0)} kB each; ${changed} labels differ.`,
    );
  },
});
