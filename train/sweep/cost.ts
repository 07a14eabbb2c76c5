// What a sweep will cost: one training, measured by a process of its own, whose memory is given back.
import { z } from 'zod';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startChild } from '../child.ts';
import type { RecipeArguments } from '../cli/check-arguments.ts';

const costSchema = z.object({ seconds: z.number(), epochs: z.int() });

/** Of one training. */
export type Cost = z.output<typeof costSchema>;

/**
 * Measures a training with these options on this machine.
 * @throws UserError for what `trainyard train` refuses before its first step
 */
export async function measureCost(args: RecipeArguments, signal: AbortSignal): Promise<Cost> {
  let cost: unknown;
  const child = startChild(moduleBeside('./measure', import.meta.url), args, (message) => {
    cost = message;
  });
  signal.addEventListener('abort', child.kill);
  try {
    const code = await child.ended;
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`Measuring how long a training takes ended with status ${code}.`);
    return costSchema.parse(cost);
  } finally {
    signal.removeEventListener('abort', child.kill);
  }
}
