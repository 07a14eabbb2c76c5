// What `--to` prints while it writes a network in another format.

import { changesInWords, type Parity } from '../parity/index.ts';
import type { Exportable } from '../publish/exportable.ts';
import type { ExportFormat } from './format.ts';
import { exportTo, ofOneClass } from './index.ts';

/**
 * Writes a network in another format, and prints the result of its comparison.
 * @param tolerance - Largest difference of a probability; TOLERANCE if left out.
 * @param say - Called for each stage, with its seconds where they mean something.
 * @throws UserError as `exportTo` does; then nothing is written.
 */
export async function writeTo(
  format: ExportFormat,
  model: Exportable,
  path: string,
  say: (stage: string, seconds: number | undefined, text: string) => void,
  tolerance?: number,
): Promise<Parity> {
  const started = performance.now();
  const parity = await exportTo(format, model, path, tolerance);
  say('written', (performance.now() - started) / 1000, `${path}: ${format.description}`);
  const difference = `largest difference ${parity.maxProbabilityDifference.toExponential(1)}`;
  say('compared', undefined, `${parity.n} pictures, ${difference}, ${changesInWords(parity)}`);
  const note = format.note?.(ofOneClass(model.card));
  if (note !== undefined) console.log(note);
  return parity;
}
