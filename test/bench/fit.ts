// `npm run bench fit`: tf.layers models trained by `fit` against tfjs's own `model.fit`, on the same TensorFlow.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defineCommand } from 'citty';
import { root } from '../../setup/paths.mjs';
import { describeEnvironment } from '../../train/runs/environment.ts';
import { networks, type Trainer } from './fit/networks.ts';
import { node, start } from './support/child.ts';
import type { Turn } from './support/contender.ts';
import { need } from './support/needs.ts';
import { quiet } from './support/quiet.ts';
import { median, spread, table } from './support/statistics.ts';

const here = (file: string) => join(root, 'test', 'bench', 'fit', file);
const TRAINERS: readonly Trainer[] = ['model.fit', 'fit'];
/** Seconds to wait before a turn for the machine to be left alone. */
const PATIENCE = 10;

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly pictures: number;
  readonly epochs: number;
  readonly seeds: number;
}

export const command = defineCommand({
  meta: { name: 'bench fit', description: 'Race fit(model, ...) against tfjs’s model.fit' },
  args: {
    rounds: { type: 'string', default: '7', description: 'Rounds; each lets both work once' },
    seconds: { type: 'string', default: '4', description: 'How long a turn is' },
    only: { type: 'string', description: `One of the networks: ${Object.keys(networks).join(', ')}` },
    pictures: { type: 'string', default: '5000', description: 'How many are trained on for the accuracy' },
    epochs: { type: 'string', default: '2', description: 'How often' },
    seeds: { type: 'string', default: '3', description: 'Trainings of either for the accuracy; 0 for none' },
    write: { type: 'boolean', description: 'Write the tables to docs/bench-fit.md' },
  },
  async run({ args }) {
    await need('cifar10');
    const [rounds, seconds, pictures, epochs, seeds] = [
      ...[args.rounds, args.seconds, args.pictures, args.epochs, args.seeds].map(Number),
    ] as [number, number, number, number, number];
    const options = { rounds, seconds, pictures, epochs, seeds };
    const parts = [preamble(options)];
    for (const name of Object.keys(networks)) {
      if (args.only !== undefined && args.only !== name) continue;
      parts.push(await section(name, options));
      console.log(`\n${parts.at(-1)}`);
    }
    if (args.write) writePage(parts);
  },
});

/** The first part of the page that people wrote. */
const WRITTEN = '## What this leaves open';

function writePage(parts: readonly string[]): void {
  const path = join(root, 'docs', 'bench-fit.md');
  const [, written = ''] = readFileSync(path, 'utf8').split(WRITTEN);
  writeFileSync(path, `${[...parts, `${WRITTEN}${written}`].join('\n\n').trimEnd()}\n`);
}

async function section(name: string, options: Options): Promise<string> {
  const turns = await race(name, options);
  const accuracies = await trainings(name, options);
  const rate = ({ images, seconds }: Turn) => images / seconds;
  const cpu = ({ cpu: used, images }: Turn) => used / images;
  const ratios = (of: (turn: Turn) => number) =>
    turns.fit.map((turn, i) => of(turn) / of(turns['model.fit'][i] ?? turn));
  const rows = TRAINERS.map((trainer) => [
    trainer,
    spread(turns[trainer].map(rate)),
    (1000 * median(turns[trainer].map(cpu))).toFixed(2),
    accuracies[trainer].map((accuracy) => (100 * accuracy).toFixed(1)).join(', '),
  ]);
  const time = spread(
    ratios(({ images, seconds }) => seconds / images),
    2,
  );
  return [
    `## ${networks[name]?.title}, batch ${networks[name]?.batchSize}`,
    table(['', 'images/s', 'CPU ms/image', `accuracy, %`], rows),
    `Time of \`fit\` as a share of that of \`model.fit\`: ${time}; of CPU time ${spread(ratios(cpu), 2)}.`,
  ].join('\n\n');
}

/** In every round both have a turn, in another order than in the last one. */
async function race(name: string, { rounds, seconds }: Options): Promise<Record<Trainer, Turn[]>> {
  const children = new Map<Trainer, Awaited<ReturnType<typeof start>>>();
  const turns: Record<Trainer, Turn[]> = { 'model.fit': [], fit: [] };
  try {
    for (const trainer of TRAINERS) {
      console.error(`starting ${trainer} of ${name}`);
      children.set(trainer, await start(node(here('batches.ts'), name, trainer)));
    }
    for (let round = 0; round < rounds; round++)
      for (const trainer of round % 2 === 0 ? TRAINERS : [...TRAINERS].reverse()) {
        await quiet(PATIENCE);
        const turn = await children.get(trainer)?.turn(seconds);
        if (turn !== undefined) turns[trainer].push(turn);
      }
  } finally {
    await Promise.all([...children.values()].map((child) => child.end()));
  }
  return turns;
}

/** Accuracies of whole trainings, of which those with the same seed begin with the same weights. */
async function trainings(
  name: string,
  { pictures, epochs, seeds }: Options,
): Promise<Record<Trainer, number[]>> {
  const accuracies: Record<Trainer, number[]> = { 'model.fit': [], fit: [] };
  for (let seed = 1; seed <= seeds; seed++)
    for (const trainer of TRAINERS) {
      const words = [name, trainer, pictures, epochs, seed].map(String);
      const { command: program, args } = node(here('accuracy.ts'), ...words);
      const { stdout } = await promisify(execFile)(program, [...args]);
      accuracies[trainer].push(Number(JSON.parse(stdout).accuracy));
    }
  return accuracies;
}

function preamble({ rounds, seconds, pictures, epochs, seeds }: Options): string {
  const { cpu, cores, memory, node: version, tfjs, tensorflow } = describeEnvironment();
  return `# fit against model.fit

\`npm run bench fit -- --rounds ${rounds} --seconds ${seconds} --pictures ${pictures} --epochs ${epochs} --seeds ${seeds}\`, ${new Date().toISOString().slice(0, 10)}.
${cores} cores, ${cpu}, ${memory} GiB. Node ${version}, tfjs ${tfjs}, TensorFlow ${tensorflow}, float32.

\`fit\` of \`trainyard/train\` and tfjs's own \`model.fit\` on tfjs-node-gpu, both on the same TensorFlow. Each is a process
of its own; they work one at a time, ${seconds} s per turn, in ${rounds} rounds, within one training each, so that compiling, a second or
two at the beginning of a \`fit\`, is not in the rates. Figures are medians over the rounds with quartiles in parentheses;
ratios are taken within each round. CPU time is that of all threads. The accuracy is that of ${seeds} trainings of either, in
pairs from the same first weights, each in an order and with dropout of its own: ${pictures} pictures, ${epochs} epochs,
2,000 test pictures.`;
}
