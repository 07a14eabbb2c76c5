// What there is to say of a folder's files, as a few lines for the terminal.
import { counted } from '../../../models/counted.ts';
import { visible } from '../../../models/printable.ts';
import { type ForUnequalClasses, smallClassesInWords } from '../../tasks/class-counts.ts';
import type { Dataset } from '../dataset.ts';
import { type FileProblem, type FolderFindings, remarks } from './findings.ts';

/** Classes and files that are named; more would hide the rest. */
const SHOWN = 6;

/** Lines about a dataset: its folder, where it has one, and classes that are small beside others. */
export function dataInWords(dataset: Dataset, recipe: ForUnequalClasses): string[] {
  const small = smallClassesInWords(dataset, recipe);
  return [...findingsInWords(dataset), ...(small === undefined ? [] : [visible(`  ${small}`)])];
}

/** Lines about a dataset's folder; none for other data. */
export function findingsInWords({ findings }: Pick<Dataset, 'findings'>): string[] {
  // Names of files may hold anything, also what would move the cursor.
  return findings === undefined ? [] : linesOf(findings).map(visible);
}

function linesOf(findings: FolderFindings): string[] {
  const { classes, task, decides, split, problems, copies, contradictions, nearDuplicates, notes } = findings;
  const shown = classes
    .slice(0, SHOWN)
    .map(({ label, train, test }) => `${label} ${train}+${test}`)
    .join(', ');
  return [
    ...(decides === undefined ? [] : [`  ${decides}`]),
    ...(classes.length === 0
      ? []
      : [
          `  ${classes.length} ${task === 'multi' ? 'labels' : 'classes'} (training+validation): ${shown}${classes.length > SHOWN ? ', ...' : ''}.`,
        ]),
    ...problems.slice(0, 3).map(({ path, reason }: FileProblem) => `  Left out: ${path}: ${reason}.`),
    ...(problems.length > 3 ? [`  Left out: ${problems.length - 3} more files.`] : []),
    ...(contradictions.length > 0
      ? [
          `  ${counted(contradictions.length, 'picture')} under two labels: ${contradictions[0]?.slice(0, 2).join(' and ')}.`,
        ]
      : []),
    ...(copies.length > 0
      ? [
          // Where folders or a table say the sides, copies may be on both.
          `  ${counted(copies.length, 'picture')} more than once${/^\d+ %/.test(split) ? ', on one side of the split' : ''}.`,
        ]
      : []),
    ...(nearDuplicates.length > 0
      ? [
          `  ${counted(nearDuplicates.length, 'pair')} of pictures that look the same, one in training, one in validation: ${nearDuplicates[0]?.train} and ${nearDuplicates[0]?.test}. The validation error is lower than it should be because of them.`,
        ]
      : []),
    ...oddities(findings),
    ...notes.map((note) => `  ${note}`),
  ];
}

function oddities({ remarks: found }: FolderFindings): string[] {
  const all = Object.entries(remarks).flatMap(([remark, text]) => {
    const paths = Object.entries(found).find(([key]) => key === remark)?.[1] ?? [];
    return paths.length === 0 ? [] : [`  ${counted(paths.length, 'file')}: ${text}.`];
  });
  return all;
}
