// `npm run bench clean`: how many labels that were made wrong on purpose are found, and how high in the list.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { realNumber, wholeNumber } from '../../models/option-values.ts';
import { root } from '../../setup/paths.mjs';
import { findWrong } from '../../train/clean/find.ts';
import { loadCleanPictures } from '../../train/clean/pictures.ts';
import { permutation, random } from '../../train/random.ts';
import { need } from './support/needs.ts';
import { table } from './support/statistics.ts';

export const command = defineCommand({
  meta: {
    name: 'clean',
    description: 'Share of the wrong labels that cleaning finds, of pictures of CIFAR-10',
  },
  args: {
    each: { type: 'string', description: 'Pictures of each class', default: '500' },
    classes: { type: 'string', description: 'Classes of CIFAR-10', default: 'all' },
    wrong: { type: 'string', description: 'Share of the labels that are made wrong', default: '0.05' },
    size: { type: 'string', description: 'Side of the network’s input, pixels', default: '224' },
    seeds: { type: 'string', description: 'How often, each time with other wrong labels', default: '3' },
    out: { type: 'string', description: 'File for labels and probabilities of the last seed, as JSON' },
  },
  async run({ args }) {
    const share = realNumber('wrong', args.wrong, { above: 0, below: 1 }, 'a share');
    const seeds = wholeNumber('seeds', args.seeds, 1);
    await need('cifar10');
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-clean-'));
    const photos = join(folder, 'photos');
    try {
      const words = ['photos', photos, '--each', args.each, '--classes', args.classes];
      const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'trainyard.mjs'), ...words], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`photos ended with ${status}: ${stderr}`);
      const size = wholeNumber('size', args.size, 8, 1024);
      const began = performance.now();
      const cleaned = await loadCleanPictures(photos, { size }, { say: console.log });
      const loaded = (performance.now() - began) / 1000;
      const classes = cleaned.labels.length;
      const truth = cleaned.pictures.map(({ label }) => label);
      const rows = Array.from({ length: seeds }, (_, i) => {
        const { labels, wrong } = madeWrong(truth, classes, share, i + 1);
        const start = performance.now();
        const { suspects, probabilities } = findWrong(cleaned, labels);
        const seconds = (performance.now() - start) / 1000;
        if (args.out !== undefined)
          writeFileSync(
            args.out,
            JSON.stringify({ labels, probabilities: [...Array.from(probabilities)], suspects }),
          );
        const hits = (first: number) =>
          suspects.slice(0, first).filter(({ place }) => wrong.has(place)).length;
        const [tenth, twentieth] = [Math.round(truth.length / 10), Math.round(truth.length / 20)];
        return [
          String(i + 1),
          `${wrong.size} of ${truth.length}`,
          ((100 * hits(tenth)) / wrong.size).toFixed(1),
          ((100 * hits(twentieth)) / twentieth).toFixed(1),
          String(suspects.filter(({ reason }) => reason === 'label').length),
          String(suspects.length),
          seconds.toFixed(1),
        ];
      });
      console.log(`${truth.length} pictures, ${classes} classes; features: ${loaded.toFixed(1)} s`);
      const heads = [
        'seed',
        'wrong',
        'found in the first 10 %, %',
        'right in the first 5 %, %',
        'label issues',
        'list',
        's',
      ];
      console.log(table(heads, rows));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

/** Labels of which a share is another class than the true one, drawn by the seed. */
function madeWrong(
  truth: readonly number[],
  classes: number,
  share: number,
  seed: number,
): { labels: number[]; wrong: ReadonlySet<number> } {
  const labels = [...truth];
  const order = permutation(truth.length, random(seed, 'bench/clean'));
  const wrong = new Set(order.subarray(0, Math.round(share * truth.length)));
  for (const place of wrong) {
    const other = 1 + Math.floor(random(seed, 'bench/clean/class', place)() * (classes - 1));
    labels[place] = ((truth[place] ?? 0) + other) % classes;
  }
  return { labels, wrong };
}
