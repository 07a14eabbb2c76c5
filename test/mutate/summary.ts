// What a run has found: the share of changes that tests noticed, and those that none did.

import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

/** How the reason of a mutant begins that lets a test file fail as a whole; Stryker takes it for neither. */
export const FAILED_FILE = 'a test file fails';

/** Numbers of changes, and the share that was noticed, in percent. */
export interface Summary {
  readonly noticed: number;
  readonly survived: number;
  readonly percent: number;
  /** A line for each change that no test noticed: where, what is there, what would stand there. */
  readonly survivors: readonly string[];
}

/**
 * @param sources - the text of each file that was mutated, by absolute path.
 */
export function summarize(
  results: readonly MutantResult[],
  sources: ReadonlyMap<string, string>,
  root: string,
): Summary {
  const noticed = results.filter(isNoticed).length;
  const unnoticed = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const all = noticed + unnoticed.length;
  return {
    noticed,
    survived: unnoticed.length,
    percent: all === 0 ? 100 : (100 * noticed) / all,
    survivors: unnoticed.map((mutant) => {
      const { line, column } = mutant.location.start;
      const where = `${relative(root, mutant.fileName)}:${line}:${column}`;
      const untested = mutant.status === 'NoCoverage' ? ' (no test runs it)' : '';
      return `${where} ${mutant.mutatorName}${untested}\n    ${inOneLine(replaced(mutant, sources))}\n  → ${inOneLine(mutant.replacement)}`;
    }),
  };
}

function isNoticed({ status, statusReason }: MutantResult): boolean {
  return (
    status === 'Killed' ||
    status === 'Timeout' ||
    (status === 'RuntimeError' && statusReason?.includes(FAILED_FILE) === true)
  );
}

/** The code in whose place a change stands. */
function replaced(
  { fileName, location: { start, end } }: MutantResult,
  sources: ReadonlyMap<string, string>,
): string {
  const lines = (sources.get(fileName) ?? '').split('\n').slice(start.line - 1, end.line);
  return lines
    .map((line, i) =>
      line.slice(i === 0 ? start.column - 1 : 0, i === lines.length - 1 ? end.column - 1 : line.length),
    )
    .join('\n');
}

/** On one line, the middle of a long text left out. */
function inOneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 100)} … ${line.slice(-50)}` : line;
}
