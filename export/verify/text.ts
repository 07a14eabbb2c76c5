// What verify found, for the terminal.

import { visible } from '../../models/printable.ts';
import { changesInWords } from '../parity/index.ts';
import { layersInWords } from '../parity/layers.ts';
import type { ReferenceComparison } from './against.ts';
import type { Check } from './index.ts';

/** One line for each check, and the table of layers where parity failed. */
export function verificationInWords(
  path: string,
  checks: readonly Check[],
  comparison?: ReferenceComparison,
): string {
  const lines = [...checks, ...(comparison ? [checkOf(comparison)] : [])];
  const failed = lines.filter(({ holds }) => !holds);
  return [
    path,
    ...lines.map((check) => `  ${markOf(check)}  ${check.name.padEnd(9)}  ${visible(check.found)}`),
    ...(comparison?.byLayer ? ['', ...layerLines(comparison.byLayer)] : []),
    '',
    failed.length === 0
      ? allHold(lines)
      : `${failed.length} of ${lines.length} checks failed: ${failed.map(({ name }) => name).join(', ')}.`,
  ].join('\n');
}

function markOf({ holds, open }: Check): string {
  if (open) return open.padEnd(6);
  return holds ? 'ok    ' : 'FAILED';
}

function allHold(lines: readonly Check[]): string {
  const open = lines.filter((line) => line.open).map(({ name }) => name);
  return `All ${lines.length - open.length} checks hold${open.length > 0 ? `; not proven: ${open.join(', ')}` : ''}.`;
}

/** Parity as one of the checks. */
export function checkOf({ against, parity, holds }: ReferenceComparison): Check {
  const { n, maxProbabilityDifference } = parity;
  return {
    name: 'parity',
    holds,
    found: `with ${against} on ${n} pictures: largest difference ${maxProbabilityDifference.toExponential(1)}, ${changesInWords(parity)}`,
  };
}

function layerLines(comparison: NonNullable<ReferenceComparison['byLayer']>): string[] {
  const { first } = comparison;
  const where =
    first === undefined
      ? 'No layer differs by more than rounding: the differences add up.'
      : `The two differ first at ${first.layer}.`;
  return [where, layersInWords(comparison)];
}
