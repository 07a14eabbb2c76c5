// Which arithmetic a training uses where its recipe leaves that open.
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { inspectCpu } from '../../setup/cpu.mjs';
import type { Recipe } from '../recipes/index.ts';

type Precision = Recipe['precision'];

const names = ['auto', 'float32', 'bfloat16'];

/**
 * The precisions that `wanted` admits, the one to start with first; an interrupted run may have either.
 * `auto` takes bfloat16 where the processor multiplies it natively: elsewhere it is emulated, seven times slower.
 * @throws UserError when there is no such precision.
 */
export function precisionsFor(wanted: string, native = inspectCpu().nativeBfloat16): Precision[] {
  if (wanted === 'float32' || wanted === 'bfloat16') return [wanted];
  if (wanted === 'auto') return native ? ['bfloat16', 'float32'] : ['float32', 'bfloat16'];
  const guess = nearest(wanted, names);
  throw new UserError(
    `--precision takes ${names.join(', ')}; received ${JSON.stringify(wanted)}.${guess ? ` Did you mean ${guess}?` : ''}`,
  );
}
