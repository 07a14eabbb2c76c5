// What is said of a table that cannot be taken: which rows can be read in two ways, or what is missing.
import { dirname } from 'node:path';
import { UserError } from '../../../../models/errors.ts';
import type { FileProblem } from '../findings.ts';
import type { Entry, Fault } from './entries.ts';
import { NotCertain } from './not-certain.ts';

/** Names the first few of the rows that can be read in two ways. */
export function notCertain(path: string, faults: readonly Fault[]): NotCertain {
  const shown = [...faults].sort((a, b) => a.row - b.row).slice(0, 5);
  const more = faults.length - shown.length;
  return new NotCertain(
    [
      `${path} cannot be read for certain:`,
      ...shown.map(({ row, reason }) => `  row ${row}: ${reason}`),
      ...(more === 0 ? [] : [`  and ${more} more`]),
      `Mend ${faults.length === 1 ? 'that row' : 'those rows'}${faults.some(({ reason }) => reason.startsWith('not UTF-8')) ? ', or save the table as "CSV UTF-8"' : ''}: a label that is read wrong is learned wrong.`,
    ].join('\n'),
  );
}

/**
 * Of a table without a picture to train on.
 * @param tests - pictures that it keeps for a test
 */
export function nothingThere(
  path: string,
  entries: readonly Entry[],
  problems: readonly FileProblem[],
  tests: number,
): UserError {
  if (tests > 0)
    return new UserError(
      `${path} keeps ${tests === 1 ? 'its one picture' : `all of its ${tests} pictures`} for a test: none is left to train on.`,
    );
  const [problem, first] = [problems[0], entries[0]?.file ?? ''];
  if (entries.length === 0)
    return new UserError(
      `${path} lists no picture with a label.${problem ? ` ${problem.path} ${problem.reason}.` : ''}`,
    );
  const unclear = problems.find(
    ({ reason }) => !reason.endsWith('not there') && !reason.startsWith('has no'),
  );
  const more = /^https?:/.test(first)
    ? ' Fetch what is at these addresses first, and name the files.'
    : unclear === undefined
      ? ''
      : ` ${unclear.path}: ${unclear.reason}.`;
  return new UserError(
    `${entries.length === 1 ? 'The one file' : `None of the ${entries.length} files`} that ${path} lists is ${entries.length === 1 ? 'not ' : ''}there; paths are relative to ${dirname(path)}, and the first is ${JSON.stringify(first)}.${more}`,
  );
}

/** Of a table whose columns say too little. */
export function noColumns(path: string, header: readonly string[]): UserError {
  const columns = header
    .slice(0, 12)
    .map((cell) => JSON.stringify(cell))
    .join(', ');
  return new UserError(
    `${path} has the columns ${columns || '(none)'}${header.length > 12 ? ', ...' : ''}; expected one called path, file or filename and one called label, class or category; or no header and two columns, paths relative to ${dirname(path)} and labels.`,
  );
}
