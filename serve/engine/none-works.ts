// What is said when a server is to start on a repository in which nothing can be served.
import { UserError } from '../../models/errors.ts';
import type { RepositoryFault } from '../../models/repository.ts';
import type { Entry } from './catalog-entry.ts';
import { faultText } from './fault-log.ts';

/** Reasons that the error has. */
const REASONS = 5;

/** The error about a repository in which nothing works: it says why, of all that is there. */
export function noneWorks(
  repository: string,
  faults: readonly RepositoryFault[],
  entries: ReadonlyMap<string, Entry>,
): UserError {
  const problems = [
    ...faults.map(faultText),
    ...[...entries].map(([key, { problem = 'it ends the workers that open it' }]) => `${key}: ${problem}`),
  ];
  return new UserError(`no model of ${repository} can be served: ${listed(problems)}`);
}

function listed(problems: readonly string[]): string {
  const [first = '', ...others] = problems;
  if (others.length === 0) return first;
  const shown = problems.slice(0, REASONS).map((problem) => `\n  ${problem}`);
  const more = problems.length > REASONS ? `\n  and ${problems.length - REASONS} more` : '';
  return shown.join('') + more;
}
