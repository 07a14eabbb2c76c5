// `npm run bench memory`: resident memory of a training over many steps, with its loader.
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { root } from '../../setup/paths.mjs';
import { node, start } from './support/child.ts';
import { megabytes, table } from './support/statistics.ts';
import { networkOf } from './train/networks.ts';

/** Seconds between two readings. */
const TURN = 2;

/** Steps after which all that is allocated once has been. */
const SETTLED = 500;

export const command = defineCommand({
  meta: { name: 'bench memory', description: 'Watch the resident memory of a training' },
  args: {
    steps: { type: 'string', default: '5000', description: 'How many steps' },
    network: { type: 'string', default: 'mnist', description: 'One of those of bench train' },
    precision: { type: 'string', default: 'float32', description: 'float32 or bfloat16' },
  },
  async run({ args }) {
    const { title, recipe } = networkOf(args.network);
    const file = join(root, 'test', 'bench', 'train', 'compiled.ts');
    const child = await start(node(file, args.network, args.precision, 'loader'));
    const readings: { step: number; resident: number }[] = [];
    let [step, peak] = [0, 0];
    while (step < Number(args.steps)) {
      const turn = await child.turn(TURN);
      step += turn.images / recipe.batchSize;
      peak = turn.peak;
      readings.push({ step, resident: turn.resident ?? Number.NaN });
    }
    await child.end();
    const settled = readings.filter((reading) => reading.step >= SETTLED);
    const shown = [0, 0.25, 0.5, 0.75, 1].map((share) => settled[Math.round(share * (settled.length - 1))]);
    const rows = shown.map((reading) => [String(reading?.step), megabytes(reading?.resident ?? Number.NaN)]);
    console.log(`${title}, ${args.precision}\n\n${table(['step', 'resident memory'], rows)}\n`);
    console.log(
      `From step ${settled[0]?.step} on ${megabytes(slope(settled) * 1000)} more per 1,000 steps; peak ${megabytes(peak)}.`,
    );
  },
});

/** Bytes per step, by least squares. */
function slope(readings: readonly { step: number; resident: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(readings.map((r) => r.step)), mean(readings.map((r) => r.resident))];
  const covariance = mean(readings.map((r) => (r.step - x) * (r.resident - y)));
  return covariance / mean(readings.map((r) => (r.step - x) ** 2));
}
