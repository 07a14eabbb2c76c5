// A comparison of runs: those that differ in their seed alone are one group, and groups are compared with the first.
import { resolve } from 'node:path';
import { UserError } from '../../../models/errors.ts';
import { heldOutOf } from '../../../models/held-out.ts';
import { isFolder } from '../../datasets/index.ts';
import { writeWhole } from '../../files/write-whole.ts';
import { loadDataOf } from '../../recipes/load-data.ts';
import type { Run } from '../../runs/run.ts';
import { many } from '../format.ts';
import { html } from '../html.ts';
import { renderPage } from '../page.ts';
import { countedRuns, groupRuns, type RunGroup } from './groups.ts';
import { notesOf } from './notes.ts';
import type { ComparisonSection } from './section.ts';
import { comparisonSections } from './sections/index.ts';
import { type RunVerdict, verdicts } from './verdict.ts';

export interface Comparison {
  groups: readonly RunGroup[];
  verdicts: readonly RunVerdict[];
  /** What of the runs does not count, or was made otherwise, in words. */
  notes: readonly string[];
  /** The page. */
  page: string;
}

/**
 * Compares runs on one page.
 * @param sections - What the page shows, in this order; by default our own sections.
 * @throws UserError for runs of different data, whose errors cannot be compared.
 */
export async function compareRuns(
  runs: readonly Run[],
  sections: readonly ComparisonSection[] = comparisonSections,
): Promise<Comparison> {
  const groups = groupRuns(runs);
  const datasets = [...new Set(groups.map(({ recipe }) => recipe.dataset))];
  const [first] = groups;
  if (first === undefined || datasets.length > 1)
    throw new UserError(
      `Runs of one dataset can be compared; these are of ${datasets.join(' and ') || 'none'}.`,
    );
  const testPictures = await countTestPictures(first);
  const notes = notesOf(groups);
  const names = groups.map(({ name }) => name);
  const page = renderPage({
    title: names.join(' against '),
    head: html`<header>
      <p class="over">${many(runs.length, 'run')} on ${nameOf(first.recipe)}${Number.isFinite(testPictures) ? `, ${many(testPictures, `${heldOutOf(first.recipe)} picture`)}` : ''}</p>
      <h1>${groups.length > 1 ? 'Comparison' : (names[0] ?? '')}</h1>
      <p class="lead">${groups.length > 1 ? names.join(' · ') : seedsInWords(first)}</p>
      ${notes.map((note) => html`<p class="note">${note}</p>`)}
    </header>`,
    parts: sections.flatMap(({ id, title, render }) => {
      const body = render(groups, testPictures);
      return body === undefined ? [] : [{ id, title, body }];
    }),
  });
  return { groups, verdicts: verdicts(groups, testPictures), notes, page };
}

/** How many test pictures there were: the data of now tell only where they are still the same. NaN where it is not known. */
async function countTestPictures(group: RunGroup): Promise<number> {
  const { recipe, runs } = group;
  // Of folds each picture validates in one run.
  if (recipe.folder?.fold !== undefined)
    return countedRuns(group).reduce((sum, { data }) => sum + (data?.images?.validation ?? Number.NaN), 0);
  const data = runs.find((run) => run.data?.images)?.data ?? runs[0]?.data;
  if (data?.images !== undefined) return data.images.validation;
  const now = await loadDataOf(recipe);
  return data === undefined || data.digests.validation === now.digests.validation
    ? now.validation.n
    : Number.NaN;
}

function nameOf({ dataset, name }: RunGroup['recipe']): string {
  return isFolder(dataset) ? name : dataset;
}

function seedsInWords(group: RunGroup): string {
  const { fold } = group.recipe.folder ?? {};
  if (fold !== undefined) return `The same recipe, another of ${fold.of} folds validates in each run.`;
  return countedRuns(group).length > 1
    ? 'The same recipe with several seeds.'
    : 'The same recipe with one seed: how far seeds differ is not known.';
}

/** Writes a comparison's page whole or not at all. */
export function writeComparison(path: string, { page }: Comparison): string {
  const target = resolve(path);
  writeWhole(target, page);
  return target;
}
