// Which tests are asked about a change: those near it, since nearly every test reaches nearly every file.
import { type Importers, reachedFrom } from './imports.ts';

/** Imports between a file and a test of its area that is still asked. */
const NEAR = 3;

/** Tests of a change: those that are asked, and all that reach it. */
export interface Selection {
  readonly near: readonly string[];
  readonly all: readonly string[];
}

/**
 * Of the tests that reach a file: those that import it themselves, and those of its area over a few imports; where there
 * is neither, those with the fewest imports between.
 *
 * @param ofItsArea - the tests of the areas that a file belongs to.
 */
export function selectTests(
  changed: readonly string[],
  importers: Importers,
  ofItsArea: (path: string) => readonly string[],
): Selection {
  const near = new Set<string>();
  const all = new Set<string>();
  for (const path of changed) {
    const tests = [...reachedFrom(path, importers)].filter(([reached]) => reached.endsWith('.test.ts'));
    const own = new Set(ofItsArea(path));
    const unit = tests.filter(([test, distance]) => distance <= 1 || (own.has(test) && distance <= NEAR));
    const least = Math.min(...tests.map(([, distance]) => distance));
    const chosen = unit.length > 0 ? unit : tests.filter(([, distance]) => distance === least);
    for (const [test] of chosen) near.add(test);
    for (const [test] of tests) all.add(test);
  }
  return { near: [...near].sort(), all: [...all].sort() };
}
