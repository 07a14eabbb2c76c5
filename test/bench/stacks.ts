// `npm run bench stacks`: random stacks of layers, exported, at each level of onnxruntime's optimizer against tfjs-node.
import { defineCommand } from 'citty';
import fc from 'fast-check';
import { disagreements } from '../export/levels.ts';
import { network } from '../export/random-networks.ts';

export const command = defineCommand({
  meta: { name: 'bench stacks', description: 'Look for fusions of onnxruntime that answer otherwise' },
  args: {
    runs: { type: 'string', default: '1000', description: 'How many stacks' },
    seed: { type: 'string', default: '1', description: 'Chooses the stacks' },
  },
  async run({ args }) {
    const stacks = fc.sample(network, { seed: Number(args.seed), numRuns: Number(args.runs) });
    let faults = 0;
    for (const [i, stack] of stacks.entries()) {
      const found = await disagreements(stack);
      if (found.length > 0) console.log(`${found.join('; ')}\n  ${JSON.stringify(stack)}`);
      faults += found.length > 0 ? 1 : 0;
      if ((i + 1) % 100 === 0) console.log(`${i + 1} of ${stacks.length}: ${faults} at fault`);
    }
    if (faults > 0) process.exitCode = 1;
  },
});
