// Puts test pictures beside the page, for what data sets this machine has: a sheet of tiles and their labels.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { encodePng } from '../../models/image/encode-png.ts';
import { datasetFolder } from '../../setup/paths.mjs';

/** Pictures of each data set: the first of its test split, whatever they are. */
const n = 200;
const columns = 20;

interface Dataset {
  readonly name: string;
  readonly side: number;
  readonly channels: 1 | 3;
  readonly images: string;
  readonly labels: string;
}

const datasets: readonly Dataset[] = [
  {
    name: 'mnist',
    side: 28,
    channels: 1,
    images: 't10k-images-idx3-ubyte',
    labels: 't10k-labels-idx1-ubyte',
  },
  { name: 'cifar10', side: 32, channels: 3, images: 'test-images', labels: 'test-labels' },
];

/** Bytes of an idx file's header: a magic number, then one number for each dimension. */
const headerBytes = (dimensions: number) => 4 + 4 * dimensions;

/** Emits the files when building; answers them while developing. */
export function testPictures(): Plugin {
  return {
    name: 'test-pictures',
    async generateBundle() {
      for (const [fileName, source] of await allFiles()) this.emitFile({ type: 'asset', fileName, source });
    },
    async configureServer(server) {
      const files = new Map(await allFiles());
      server.middlewares.use((request, response, next) => {
        const file = files.get(request.url?.replace(/^\//, '').split('?')[0] ?? '');
        if (file === undefined) return next();
        const type = typeof file === 'string' ? 'application/json' : 'image/png';
        response.setHeader('Content-Type', type).end(file);
      });
    },
  };
}

async function allFiles(): Promise<[name: string, source: string | Uint8Array][]> {
  const there = datasets.filter(({ name, images, labels }) =>
    [images, labels].every((file) => existsSync(join(datasetFolder(name), file))),
  );
  // The page asks for no others: a file that is missing is an error in the browser's console.
  const list = JSON.stringify(there.map(({ name }) => name));
  return [['test-pictures/index.json', list], ...(await Promise.all(there.map(filesOf))).flat()];
}

async function filesOf(dataset: Dataset): Promise<[name: string, source: string | Uint8Array][]> {
  const { name, side, channels } = dataset;
  const folder = datasetFolder(name);
  const labels = await readFile(join(folder, dataset.labels));
  const images = await readFile(join(folder, dataset.images));
  const index = { side, columns, channels, labels: [...labels.subarray(headerBytes(1)).subarray(0, n)] };
  const sheet = sheetOf(images.subarray(headerBytes(channels === 1 ? 3 : 4)), side, channels);
  return [
    [`test-pictures/${name}.json`, JSON.stringify(index)],
    [`test-pictures/${name}.png`, await encodePng(sheet)],
  ];
}

/** Lays `[n,side,side,channels]` out in columns, row by row. */
function sheetOf(images: Uint8Array, side: number, channels: 1 | 3) {
  const width = columns * side;
  const height = (n / columns) * side;
  const row = side * channels;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < n; i++) {
    for (let y = 0; y < side; y++) {
      const from = (i * side + y) * row;
      const to = (Math.floor(i / columns) * side + y) * width * channels + (i % columns) * row;
      data.set(images.subarray(from, from + row), to);
    }
  }
  return { data, width, height, channels };
}
