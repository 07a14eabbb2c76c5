// What `--verify-resume` prints: what was compared, and the verdict.
import { UserError } from '../../models/errors.ts';
import type { Recipe } from '../recipes/index.ts';
import { verifyResume } from './index.ts';

/** Verifies exact resume of `recipe` with its progress on the terminal; returns whether it holds. */
export async function reportResume(recipe: Recipe, steps: number, kills: number): Promise<boolean> {
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    console.log(`Verifying exact resume of ${recipe.name}, ${recipe.precision}, seed ${recipe.seed}.`);
    const result = await verifyResume(recipe, { steps, kills, signal: abort.signal, log: console.log });
    for (const { name, bytes, digests, difference } of result.files) {
      console.log(
        `  ${name.padEnd(18)} ${String(bytes).padStart(11)} bytes  SHA-256 ${digests[0] ?? 'none'}`,
      );
      if (difference !== undefined) console.log(`    DIFFERS, ${digests[1] ?? 'none'}: ${difference}`);
    }
    console.log(
      `${result.identical ? 'Identical' : 'NOT identical'}: ${result.steps} steps in one go, and the same killed ${result.kills} times and resumed at steps ${result.resumedAt.join(', ')}.`,
    );
    if (!result.isCovered)
      console.log(
        'No training went on in the middle of an epoch after the first: with one step an epoch there is none, so resuming there is not proved.',
      );
    return result.identical;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    throw new UserError('Interrupted: nothing is proved, and no files are left.');
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
