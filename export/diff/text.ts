// What differs between two model files, for the terminal.
import { visible } from '../../models/printable.ts';
import { plainPercent } from '../../train/report/format.ts';
import type { TopLabel } from './answers.ts';
import type { FileChange } from './changes.ts';
import type { ModelDifference } from './index.ts';

/** Lines of a section that are shown; `--json` has all. */
const SHOWN = 20;

/** Letters of a text that are shown, and those of them before a difference. */
const LONGEST = 100;
const BEFORE = 20;

export function differenceInWords({
  before,
  after,
  structure,
  weights,
  metadata,
  card,
  answers,
}: ModelDifference): string {
  const { equal, changed, renamed, others } = weights;
  const weightLines = [
    ...[...changed]
      .sort((a, b) => b.relative - a.relative)
      .map(
        ({ name, shape, largest, relative }) =>
          `~ ${name} [${shape}]: ${shareInWords(relative)}at most ${largest.toPrecision(3)}`,
      ),
    ...renamed.map(
      (each) => `~ ${each.before} -> ${each.after} [${each.shape}]: another name, equal numbers`,
    ),
    ...others.flatMap(changeLines),
  ];
  return [
    `- ${before}`,
    `+ ${after}`,
    ...section('structure', structure.flatMap(changeLines), 'the same'),
    ...section('weights', weightLines, `all ${equal} equal`, equal),
    ...(metadata.length === 0 ? [] : section('metadata', metadata.flatMap(changeLines), '')),
    ...section('card', card.flatMap(changeLines), 'the same'),
    ...answerLines(answers),
  ].join('\n');
}

/** Zeros have no length that a difference could be a share of, and what is no number has no length. */
function shareInWords(relative: number): string {
  return Number.isFinite(relative) ? `by ${plainPercent(relative)}, ` : '';
}

function section(title: string, lines: readonly string[], same: string, equal?: number): string[] {
  if (lines.length === 0) return ['', `${title}: ${same}`];
  const head = equal === undefined ? title : `${title}: ${equal} equal`;
  return ['', head, ...shorten(lines).map((line) => `  ${visible(line)}`)];
}

function shorten(lines: readonly string[]): string[] {
  if (lines.length <= SHOWN) return [...lines];
  return [...lines.slice(0, SHOWN), `... and ${lines.length - SHOWN} lines more; --json has all`];
}

function changeLines({ what, before, after }: FileChange): string[] {
  if (before !== undefined && after !== undefined) {
    const [old, now] = cutBoth(before, after);
    return [`~ ${what}: ${old} -> ${now}`];
  }
  return [before === undefined ? `+ ${what}: ${cut(after ?? '')}` : `- ${what}: ${cut(before)}`];
}

/** Two texts from a little before where they begin to differ. */
function cutBoth(before: string, after: string): readonly [string, string] {
  let first = 0;
  while (first < before.length && before[first] === after[first]) first++;
  const from = first > LONGEST - BEFORE ? first - BEFORE : 0;
  const dots = from > 0 ? '...' : '';
  return [dots + cut(before.slice(from)), dots + cut(after.slice(from))];
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function answerLines(answers: ModelDifference['answers']): string[] {
  if (answers === undefined) return ['', 'answers: not asked, since one of the files has no card'];
  const { n, pictures, largest, unit = 'of a probability', changed } = answers;
  const furthest =
    largest === undefined ? 'other labels' : `largest difference ${unit} ${largest.toExponential(1)}`;
  const lines = changed.map(
    ({ picture, before, after }) => `~ ${picture}: ${inWords(before)} -> ${inWords(after)}`,
  );
  return [
    '',
    `answers: ${changed.length} of ${n} changed (${pictures}), ${furthest}`,
    ...shorten(lines).map((line) => `  ${visible(line)}`),
  ];
}

function inWords({ label, probability }: TopLabel): string {
  return probability === undefined ? label : `${label} (${plainPercent(probability)})`;
}
