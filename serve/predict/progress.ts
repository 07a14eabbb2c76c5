// What `trainyard predict` prints: a progress bar on a terminal, and at the end a summary with the files without prediction.

import { Presets, SingleBar } from 'cli-progress';
import { printable } from '../../models/printable.ts';
import type { FilePrediction } from './rows.ts';

/** Files without a prediction that are listed at the end; the file of predictions has all of them. */
const LISTED = 10;

export interface PredictionProgress {
  /** A file was skipped, since an earlier call has classified it. */
  skipped(failed: boolean): void;
  written(outcomes: readonly FilePrediction[]): void;
  /** Prints the summary. */
  end(interrupted: boolean): Summary;
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
 */
export function showProgress(total: number, model: string, out: string | undefined): PredictionProgress {
  const started = performance.now();
  const listed: string[] = [];
  let [files, existing, failed] = [0, 0, 0];
  const bar = new SingleBar(
    { format: '  {bar} {value}/{total}  {speed} files/s  {eta_formatted} left', hideCursor: true, fps: 5 },
    Presets.shades_classic,
  );
  if (process.stderr.isTTY) bar.start(total, 0, { speed: '' });
  const seconds = () => (performance.now() - started) / 1000;
  const speed = () => Math.round(files / seconds());
  return {
    skipped(hasFailed) {
      existing++;
      if (hasFailed) failed++;
    },
    written(outcomes) {
      files += outcomes.length;
      for (const outcome of outcomes) {
        if (!('error' in outcome)) continue;
        failed++;
        if (listed.length < LISTED) listed.push(`  ${printable(outcome.file)}: ${printable(outcome.error)}`);
      }
      bar.update(existing + files, { speed: speed() });
    },
    end(interrupted) {
      bar.stop();
      const summary = { files, existing, failed, seconds: seconds() };
      for (const line of inWords(model, out, summary, listed)) console.error(line);
      if (interrupted && out !== undefined) console.error('Interrupted: the same command goes on from here.');
      return summary;
    },
  };
}

function inWords(
  model: string,
  out: string | undefined,
  { files, existing, failed, seconds }: Summary,
  listed: readonly string[],
): string[] {
  const earlier = existing === 0 ? '' : `, ${counted(existing)} were done before`;
  const where = out === undefined ? '' : `; predictions in ${out}`;
  const all = counted(files + existing);
  return [
    `${model}: ${counted(files)} ${files === 1 ? 'file' : 'files'} at ${Math.round(files / seconds)} a second${earlier}${where}`,
    ...(failed === 0
      ? []
      : [
          `${counted(failed)} of ${all} files ${failed === 1 ? 'has' : 'have'} no prediction${listed.length > 0 ? ':' : '.'}`,
        ]),
    ...listed,
    ...(listed.length > 0 && failed > listed.length ? [`  and ${counted(failed - listed.length)} more`] : []),
  ];
}

function counted(n: number): string {
  return n.toLocaleString('en');
}
