// What `trainyard predict` prints: a progress bar on a terminal, and at the end the predictions of a few files and a summary
// with the files without one.

import { Presets, SingleBar } from 'cli-progress';
import type { Answer } from '../../models/answer.ts';
import { printable } from '../../models/printable.ts';
import { FEW, type FilePrediction } from './rows.ts';

/** A file of which the embedding is known. */
interface Embedded {
  readonly file: string;
  readonly embedding: Float32Array;
}

/** Files without a prediction that are listed at the end; the file of predictions has all of them. */
const LISTED = 10;

export interface PredictionProgress {
  /** An earlier call has classified a file. */
  existing(failed: boolean): void;
  written(outcomes: readonly (FilePrediction | Embedded)[]): void;
  /** Prints the summary. */
  end(interrupted: boolean): Summary;
}

/** Files in folders that were not looked at, since their endings are of no pictures. */
export interface SkippedFiles {
  readonly files: number;
  /** How many there are of each: `2 .txt, 1 .mp4`. */
  readonly endings: string;
}

export interface Summary {
  /** Files of this call, including those without a prediction. */
  readonly files: number;
  /** Files that an earlier call has classified. */
  readonly existing: number;
  /** Files without a prediction, including those of earlier calls. */
  readonly failed: number;
  readonly seconds: number;
}

/**
 * @param total - number of files.
 * @param model - `name/version`.
 * @param out - the file of predictions, if there is one.
 * @param result - what a file gets, in one word.
 * @param list - whether the predictions of a call with few files are printed.
 */
export function showProgress(
  total: number,
  model: string,
  out: string | undefined,
  skipped: SkippedFiles,
  list: boolean,
  result = 'prediction',
): PredictionProgress {
  const started = performance.now();
  const listed: string[] = [];
  const predicted: string[] = [];
  let [files, existing, failed] = [0, 0, 0];
  const bar = new SingleBar(
    { format: '  {bar} {value}/{total}  {speed} files/s  {eta_formatted} left', hideCursor: true, fps: 5 },
    Presets.shades_classic,
  );
  if (process.stderr.isTTY) bar.start(total, 0, { speed: '' });
  const seconds = () => (performance.now() - started) / 1000;
  const speed = () => Math.round(files / seconds());
  return {
    existing(hasFailed) {
      existing++;
      if (hasFailed) failed++;
    },
    written(outcomes) {
      files += outcomes.length;
      for (const outcome of outcomes) {
        if (!('error' in outcome)) {
          if (predicted.length < FEW && 'task' in outcome)
            predicted.push(
              `${printable(outcome.file)}: ${outcome.known === false ? 'not one of its labels; it would be ' : ''}${answerInWords(outcome)}`,
            );
          continue;
        }
        failed++;
        if (listed.length < LISTED) listed.push(`  ${printable(outcome.file)}: ${printable(outcome.error)}`);
      }
      bar.update(existing + files, { speed: speed() });
    },
    end(interrupted) {
      bar.stop();
      const summary = { files, existing, failed, seconds: seconds() };
      if (list && files <= FEW) for (const line of predicted) console.log(line);
      for (const line of [...inWords(model, out, summary, listed, result), ...skippedInWords(skipped)])
        console.error(line);
      if (interrupted && out !== undefined) console.error('Interrupted: the same command goes on from here.');
      return summary;
    },
  };
}

/** `cat 98.61 %, dog 1.39 %`; `none of its labels`; `count 46.98`. */
function answerInWords(answer: Answer): string {
  if (answer.task === 'regression') {
    const numbers = Object.entries(answer.values).map(
      ([name, value]) =>
        `${printable(name)} ${Number(value.toPrecision(DIGITS))}${answer.outside.includes(name) ? ' (outside of what it was trained on)' : ''}`,
    );
    return numbers.join(', ');
  }
  const shown = answer.task === 'multi' ? answer.labels : answer.predictions;
  if (shown.length === 0) return 'none of its labels';
  return shown
    .map(({ label, probability }) => `${printable(label)} ${(probability * 100).toFixed(2)} %`)
    .join(', ');
}

/** Digits of a number that are shown. */
const DIGITS = 6;

function inWords(
  model: string,
  out: string | undefined,
  { files, existing, failed, seconds }: Summary,
  listed: readonly string[],
  result: string,
): string[] {
  const earlier = existing === 0 ? '' : `, ${counted(existing)} were done before`;
  const where = out === undefined ? '' : `; ${result}s in ${out}`;
  const all = counted(files + existing);
  return [
    `${model}: ${counted(files)} ${files === 1 ? 'file' : 'files'} at ${Math.round(files / seconds)} a second${earlier}${where}`,
    ...(failed === 0
      ? []
      : [
          `${counted(failed)} of ${all} files ${failed === 1 ? 'has' : 'have'} no ${result}${listed.length > 0 ? ':' : '.'}`,
        ]),
    ...listed,
    ...(listed.length > 0 && failed > listed.length ? [`  and ${counted(failed - listed.length)} more`] : []),
  ];
}

function skippedInWords({ files, endings }: SkippedFiles): string[] {
  if (files === 0) return [];
  const why =
    files === 1
      ? 'file was skipped, since its ending is of no picture'
      : 'files were skipped, since their endings are of no pictures';
  return [
    `${counted(files)} ${why}: ${printable(endings)}. A file that is named itself is tried whatever its ending.`,
  ];
}

function counted(n: number): string {
  return n.toLocaleString('en');
}
