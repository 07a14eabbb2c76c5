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
    .map(({ label, train, validation, test }) =>
      [`${label} ${train}`, validation, ...(test === undefined ? [] : [test])].join('+'),
    )
    .join(', ');
  const hasTest = classes.some(({ test }) => test !== undefined);
  return [
    ...(decides === undefined ? [] : [`  ${decides}`]),
    ...(classes.length === 0
      ? []
      : [
          `  ${classes.length} ${task === 'multi' ? 'labels' : 'classes'} (training+validation${hasTest ? '+test' : ''}): ${shown}${classes.length > SHOWN ? ', ...' : ''}.`,
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
          `  ${counted(copies.length, 'picture')} more than once${/^\d+ %/.test(split) && !hasTest ? ', on one side of the split' : ''}.`,
        ]
      : []),
    ...twins(nearDuplicates, 'validation'),
    ...twins(nearDuplicates, 'test'),
    ...oddities(findings),
    ...notes.map((note) => `  ${note}`),
  ];
}

/** Pictures of one side that look the same as one that is trained on. */
function twins(all: FolderFindings['nearDuplicates'], side: 'validation' | 'test'): string[] {
  const pairs = all.filter((pair) => pair.side === side);
  const [first] = pairs;
  if (first === undefined) return [];
  return [
    `  ${counted(pairs.length, 'pair')} of pictures that look the same, one in training, one in ${side === 'test' ? 'the test' : side}: ${first.train} and ${first.other}. The ${side} error is lower than it should be because of them.`,
  ];
}

function oddities({ remarks: found }: FolderFindings): string[] {
  const all = Object.entries(remarks).flatMap(([remark, text]) => {
    const paths = Object.entries(found).find(([key]) => key === remark)?.[1] ?? [];
    return paths.length === 0 ? [] : [`  ${counted(paths.length, 'file')}: ${text}.`];
  });
  return all;
}
