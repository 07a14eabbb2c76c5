// A sweep in the terminal: what it will do, a line for each trial, how it ended.
import { counted } from '../../models/counted.ts';
import { duration } from '../cli/duration.ts';
import { clock, plainPercent } from '../report/format.ts';
import type { Place } from './asked.ts';
import type { Trial } from './search.ts';
import { type Dimension, dimensionInWords } from './space.ts';
import type { SweepFolder } from './sweep-folder.ts';

/** What is searched, and what it will cost at most. */
export function planInWords({ name, spec }: SweepFolder, trials: number, place: Place): string {
  const { space, seeds, seconds, epochs } = spec;
  const width = Math.max(...space.map(({ option }) => option.length));
  const trainings = trials * seeds;
  return [
    `Sweep ${name}: ${counted(trials, 'trial')} of ${counted(epochs, 'epoch')}${seeds > 1 ? `, each with ${seeds} seeds` : ''}.`,
    ...space.map((each) => `  --${each.option.padEnd(width)}  ${dimensionInWords(each)}`),
    `One training takes about ${duration(seconds)} on this machine; ${counted(trainings, 'training')} ${trainings === 1 ? 'takes' : 'take'} ${costInWords(seconds * trainings, place)}.`,
    pruningInWords(spec),
  ].join('\n');
}

function costInWords(seconds: number, { on, atOnce }: Place): string {
  if (on !== 'local')
    return `${duration(seconds)} of such machines, and as many run at once as the cluster has room for`;
  if (atOnce === null || atOnce === 1) return `at most about ${duration(seconds)}`;
  return `at most about ${duration(seconds)} one after the other; ${atOnce} run at once, and share the processors`;
}

function pruningInWords({ space, pruned, prune, epochs }: SweepFolder['spec']): string {
  if (prune !== null) {
    const rungs: number[] = [];
    for (let epoch = prune.from; epoch < epochs; epoch *= prune.factor) rungs.push(epoch);
    return `After ${rungs.join(', ')} epochs the best third of the trials goes on, the others end there.`;
  }
  if (!pruned) return 'Every trial is trained to its end (--no-prune).';
  return space.some(({ option }) => option === 'epochs')
    ? 'Every trial is trained to its end, since trials of other lengths do not compare in between.'
    : 'Every trial is trained to its end: it is too short to judge before.';
}

/** How trials with these dimensions are written, one a line. */
export function trialTable(space: readonly Dimension[]): { head: string; row(trial: Trial): string } {
  const widths = space.map(({ option }) => Math.max(option.length, 10));
  const line = (number: string, values: readonly string[], rest: string) =>
    [number.padStart(6), ...values.map((value, i) => value.padStart(widths[i] ?? 0)), rest].join('  ');
  return {
    head: line(
      'trial',
      space.map(({ option }) => option),
      '   error   epochs     time',
    ),
    row({ trial, values, error, curve, seconds, state, words }) {
      const shown = error ?? (state === 'pruned' ? curve.at(-1)?.[1] : undefined);
      const rest = [
        (shown === undefined ? '–' : plainPercent(shown)).padStart(8),
        String(curve.at(-1)?.[0] ?? 0).padStart(7),
        clock(seconds).padStart(7),
        state === 'done' ? '' : words === '' ? state : `${state}: ${lastLine(words)}`,
      ];
      return line(
        numberOf(trial),
        space.map(({ option }) => values[option] ?? '–'),
        rest.join('  '),
      ).trimEnd();
    },
  };
}

/** Trials are counted from 1 for people, as their folders are. */
export function numberOf(trial: number): string {
  return String(trial + 1);
}

/** The line that says what was wrong. */
export function lastLine(words: string): string {
  return words.trim().split('\n').at(-1) ?? '';
}

/** The trial with the least error; undefined where none is done. */
export function bestOf(trials: readonly Trial[]): (Trial & { readonly error: number }) | undefined {
  return trials.reduce<(Trial & { readonly error: number }) | undefined>((best, trial) => {
    const { error } = trial;
    return error !== null && (best === undefined || error < best.error) ? { ...trial, error } : best;
  }, undefined);
}
