// What is said of a table that cannot be taken: which rows can be read in two ways, or what is missing.
import { dirname } from 'node:path';
import { UserError } from '../../../../models/errors.ts';
import type { FileProblem } from '../findings.ts';
import type { Entry, Fault } from './entries.ts';
import { NotCertain } from './not-certain.ts';

/** Columns that may be pixels: of 8x8, as in the digits of scikit-learn. */
const LEAST_PIXELS = 64;

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

/** Of a table without a picture. */
export function nothingThere(
  path: string,
  entries: readonly Entry[],
  problems: readonly FileProblem[],
): UserError {
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
  const pixels = pixelsIn(header);
  if (pixels !== undefined)
    return new UserError(
      `${path} holds the pixels of pictures as numbers (${pixels}), which are not read: write each row as a picture (PNG) into a folder called as its label.`,
    );
  const like = header.filter((name) => /label|class|categor/i.test(name)).slice(0, 3);
  const hint =
    like.length === 0
      ? ''
      : ` If ${like.map((name) => JSON.stringify(name)).join(' or ')} is the label, call it label.`;
  const columns = header
    .slice(0, 12)
    .map((cell) => JSON.stringify(cell))
    .join(', ');
  return new UserError(
    `${path} has the columns ${columns || '(none)'}${header.length > 12 ? ', ...' : ''}; expected one called path, file or filename and one called label, class or category; or no header and two columns, paths relative to ${dirname(path)} and labels. --label names another column, or several.${hint}`,
  );
}

/** Which columns are pixels, as in FER2013 (one column `pixels`), Sign Language MNIST (`pixel1` to `pixel784`) and MNIST as CSV. */
function pixelsIn(header: readonly string[]): string | undefined {
  const one = header.find((name) => /^pixels?$/i.test(name));
  if (one !== undefined) return `the column "${one}"`;
  const many = header.filter((name) => /^(pixel[_ ]?\d+|\d+x\d+)$/i.test(name));
  const numbers = header.filter((name) => /^\d{1,3}(\.0+)?$/.test(name));
  const [first] = many.length > 0 ? many : numbers;
  return Math.max(many.length, numbers.length) < LEAST_PIXELS
    ? undefined
    : `${Math.max(many.length, numbers.length)} columns such as "${first}"`;
}
