// `npm run bench answers`: whole test sets through a server, against training's evaluation and Python's onnxruntime.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { repositoryFolder, root } from '../../setup/paths.mjs';
import { loadDataset } from '../../train/datasets/index.ts';
import { compareThree } from '../serve/three-answers.ts';
import { shippedModels } from '../shipped.ts';
import { readSingleCard } from '../single-card.ts';
import { need } from './support/needs.ts';
import { startServer } from './support/server.ts';
import { table } from './support/statistics.ts';

/** The shipped models, and the data sets whose test pictures they are asked about. */
const subjects = [
  ['digits', 'mnist'],
  ['cifar', 'cifar10'],
] as const;

/** Largest difference of a probability at which answers are equal. */
const TOLERANCE = 1e-5;

export const command = defineCommand({
  meta: { name: 'bench answers', description: 'Compare served answers with training and with Python' },
  async run() {
    await need('cifar10', 'test packages');
    const args = [join(root, 'bin', 'trainyard.mjs'), 'serve', '--repository', repositoryFolder];
    const server = await startServer(
      (port) => ({ command: process.execPath, args: [...args, '--port', String(port)] }),
      (url) => fetch(new URL('/readyz', url)),
    );
    const rows: string[][] = [];
    try {
      for (const [name, dataset] of subjects) {
        const { test, shape } = await loadDataset(dataset);
        const file = shippedModels[name];
        const url = `${server.url}?model=${name}`;
        const { n, labels, ...found } = await compareThree({ file, images: test.images, shape, url });
        const accuracy = labels.filter((label, i) => label === test.labels[i]).length / n;
        const promised = readSingleCard(readFileSync(file)).metrics?.accuracy;
        const { fromTraining, fromPython, changedLabels, changedInputs } = found;
        const well = fromTraining <= TOLERANCE && fromPython <= TOLERANCE && accuracy === promised;
        if (!well || changedLabels > 0) process.exitCode = 1;
        rows.push([
          name,
          String(n),
          ...[fromTraining, fromPython].map((difference) => difference.toExponential(1)),
          String(changedLabels),
          String(changedInputs),
          ...[accuracy, promised ?? Number.NaN].map((share) => `${(share * 100).toFixed(2)} %`),
        ]);
      }
    } finally {
      await server.end();
    }
    const head = [
      '',
      'test pictures',
      'from training',
      'from Python',
      'labels changed',
      'right',
      'by its card',
    ];
    console.log(`Largest difference of a probability that the server gave.\n\n${table(head, rows)}`);
  },
});
