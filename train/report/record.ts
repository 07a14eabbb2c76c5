// What a report needs beyond checkpoints and metrics: every step in steps.csv, and each epoch's times in times.json.
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../files/json.ts';
import { writeAll, writeWhole } from '../files/write-whole.ts';
import type { Watcher } from '../loop/watcher.ts';
import type { EpochRow, TestResults } from '../runs/checkpoint.ts';
import { type Run, readLast } from '../runs/run.ts';

/** A step: loss and right answers are of its batch, before the weights changed. */
export interface StepRow {
  step: number;
  loss: number;
  learningRate: number;
  correct: number;
}

export const timeSchema = z.object({
  epoch: z.int(),
  /** Of the epoch, its evaluation included; from where it went on, if it was interrupted. */
  seconds: z.number(),
  imagesPerSecond: z.number(),
  /** Share of the time in which the step waited for its pictures. */
  waitedShare: z.number(),
  /** Resident memory of the process at the epoch's end and, so far, at most; bytes. */
  memory: z.number(),
  largestMemory: z.number(),
});

export type RecordedTime = z.output<typeof timeSchema>;

/** All that is known of how a training went. */
export interface TrainingRecord {
  /** 0 until it is known. */
  stepsPerEpoch: number;
  readonly steps: StepRow[];
  readonly history: EpochRow[];
  readonly times: RecordedTime[];
  /** What the test images gave when it had ended. */
  tested?: TestResults;
}

/** Reads what a run has recorded; an old run, or one that was cut off, may lack some of it. */
export function readRecord(run: Run): TrainingRecord {
  const progress = existsSync(run.last) ? readLast(run).progress : undefined;
  return {
    stepsPerEpoch: progress?.stepsPerEpoch ?? 0,
    steps: existsSync(stepsPath(run)) ? parseSteps(readFileSync(stepsPath(run), 'utf8')) : [],
    history: [...(progress?.history ?? [])],
    times: readTimes(run),
    ...(progress?.tested && { tested: progress.tested }),
  };
}

/**
 * A watcher that keeps `record` and the run's two files up to date. Steps that a resumed run repeats replace the old ones;
 * steps.csv ends with the same bytes whether or not a training was interrupted.
 */
export function recordTo(run: Run, record: TrainingRecord): Watcher & { close(): void } {
  let file: number | undefined;
  return {
    onStart({ step, stepsPerEpoch }) {
      record.stepsPerEpoch = stepsPerEpoch;
      delete record.tested;
      keep(record.steps, (row) => row.step <= step);
      keep(record.history, (row) => row.step <= step);
      keep(record.times, ({ epoch }) => record.history.some((row) => row.epoch === epoch));
      writeWhole(stepsPath(run), [HEADER, ...record.steps.map(lineOf), ''].join('\n'));
      file = openSync(stepsPath(run), 'a');
    },
    onStep({ step, loss, learningRate, correct }) {
      const row = { step, loss, learningRate, correct };
      record.steps.push(row);
      // At once: what a process has written stays when it is killed.
      if (file !== undefined) writeAll(file, stepsPath(run), Buffer.from(`${lineOf(row)}\n`));
    },
    onEpoch(row, time) {
      record.history.push(row);
      const memory = process.memoryUsage.rss();
      const largestMemory = process.resourceUsage().maxRSS * 1024;
      record.times.push({ epoch: row.epoch, ...time, memory, largestMemory });
      writeTimes(run, record.times);
    },
    onTested(tested) {
      record.tested = tested;
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

const HEADER = 'step,loss,learning_rate,correct';
const stepsPath = ({ folder }: Run) => join(folder, 'steps.csv');
const timesPath = ({ folder }: Pick<Run, 'folder'>) => join(folder, 'times.json');

/** Seven digits hold a float32 loss; a learning rate needs no more. */
function lineOf({ step, loss, learningRate, correct }: StepRow): string {
  return [step, Number(loss.toPrecision(7)), Number(learningRate.toPrecision(7)), correct].join();
}

/** Writes the times of all epochs, whole or not at all. */
export function writeTimes(run: Pick<Run, 'folder'>, times: readonly RecordedTime[]): void {
  writeWhole(timesPath(run), `${JSON.stringify(times, null, 2)}\n`);
}

/** The times of epochs that have all fields: earlier versions wrote fewer. */
export function readTimes(run: Pick<Run, 'folder'>): RecordedTime[] {
  const path = timesPath(run);
  if (!existsSync(path)) return [];
  return readJsonFile(path, z.array(z.unknown())).flatMap((row) => timeSchema.safeParse(row).data ?? []);
}

/** The rows whose numbers are whole; a line that was cut off is left out. */
function parseSteps(text: string): StepRow[] {
  const lines = text.slice(text.indexOf('\n') + 1, text.lastIndexOf('\n')).split('\n');
  return lines.flatMap((line) => {
    const [step = Number.NaN, loss = Number.NaN, learningRate = Number.NaN, correct = Number.NaN] = line
      .split(',')
      .map(Number);
    return [step, loss, learningRate, correct].every(Number.isFinite)
      ? [{ step, loss, learningRate, correct }]
      : [];
  });
}

function keep<T>(rows: T[], wanted: (row: T) => boolean): void {
  rows.splice(0, rows.length, ...rows.filter(wanted));
}
