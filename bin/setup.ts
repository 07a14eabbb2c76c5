// `trainyard setup`: makes this machine ready.
import { defineCommand } from 'citty';
import { UserError } from '../models/errors.ts';
import { oneOf } from '../models/nearest.ts';
import { isCheckout } from '../setup/paths.mjs';

/** The packages and the tests are a checkout's. */
const purposes = isCheckout
  ? (['packages', 'serve', 'train', 'test', 'ci', 'all'] as const)
  : (['serve', 'train', 'all'] as const);

export const setupCommand = defineCommand({
  args: {
    for: {
      type: 'string',
      valueHint: purposes.join('|'),
      description: 'What it is for; serving needs no Python and no compiler',
      default: 'all',
    },
    gpu: { type: 'boolean', description: "With NVIDIA's CUDA libraries, now and in later set-ups" },
    cpu: { type: 'boolean', description: 'Without them again' },
    verbose: { type: 'boolean', description: 'Name what is ready, too' },
  },
  async run({ args }) {
    const purpose = oneOf('--for', purposes, args.for);
    if (args.gpu && args.cpu) throw new UserError('--gpu and --cpu exclude each other: give one of them.');
    const { prepare } = await import('../setup/prepare.mjs');
    const gpu = args.gpu ? true : args.cpu ? false : undefined;
    await prepare({ purpose, gpu, verbose: args.verbose ?? true });
  },
});
