// Runs `trainyard predict`: opens the model and the outputs, classifies the files, and returns the exit status.
import type { Engine } from '../engine/index.ts';
import { type ServedModel, versionName } from '../engine/models.ts';
import type { FoundPicture, PictureSource } from './files.ts';
import { INTERRUPTED, type Interruption, watchInterruption } from './interruption.ts';
import { openJson } from './json.ts';
import { predictOnRay } from './on-ray.ts';
import { openPredictionFile, type PredictionFile } from './output.ts';
import { predictFiles } from './predict.ts';
import { type PredictionProgress, type SkippedFiles, showProgress } from './progress.ts';
import { FEW, type FilePrediction, isParquet, type RowModel, rowFormatOf } from './rows.ts';
import type { Shard } from './shard.ts';
import type { WantedModel } from './wanted-model.ts';
import { AT_ONCE, fileLimits, withModel } from './with-model.ts';

export interface PredictCommand {
  readonly wanted: WantedModel;
  readonly files: PictureSource;
  /** The number of files. */
  readonly total: number;
  /** The share of all files that they are, if they are not all. */
  readonly shard: Shard | undefined;
  /** Files in folders that are not among them. */
  readonly skipped: SkippedFiles;
  /** The file of predictions; if undefined, few are printed alone, and many are in one that is called as the model. */
  readonly out: string | undefined;
  /** Predictions for each file. */
  readonly top: number;
  /** Replaces an existing file of predictions. */
  readonly fresh: boolean;
  /** The address of the Ray cluster that classifies, `ray://host:port`; this machine if undefined. */
  readonly on: string | undefined;
  /** Prints the predictions as one JSON object. */
  readonly json: boolean;
  /** Adds each file's embedding to that object. */
  readonly embedding: boolean;
  readonly threads: number | undefined;
}

/**
 * @returns the exit status: 0 when every file has a prediction, 1 when one has none, 130 when it was interrupted.
 * @throws UserError when there is no such model, or the file of predictions is from another model.
 */
export async function predict(command: PredictCommand): Promise<number> {
  const interruption = watchInterruption();
  return withModel(command, interruption, (engine, model) =>
    predictWith(engine, model, command, interruption),
  );
}

async function predictWith(
  engine: Engine,
  model: ServedModel,
  { files, total, skipped, fresh, json, embedding, ...command }: PredictCommand,
  interruption: Interruption,
): Promise<number> {
  const top = Math.min(command.top, model.card.labels.length);
  const out = command.out ?? (json || total <= FEW ? undefined : fileOf(model, command.shard));
  const output = out === undefined ? undefined : await openOutput(out, rowModelOf(model), top, fresh);
  const printed = json ? openJson(versionName(model)) : undefined;
  const progress = showProgress(total, versionName(model), out, skipped, !json);
  interruption.begin();
  try {
    const work = {
      model,
      files: remaining(files(), output, progress),
      top,
      stopped: interruption.stopped,
      async write(outcomes: readonly FilePrediction[]) {
        await output?.write(outcomes);
        await printed?.write(outcomes);
        progress.written(outcomes);
      },
    };
    if (command.on === undefined)
      await predictFiles({
        ...work,
        engine,
        embedding,
        limits: fileLimits,
        atOnce: AT_ONCE,
        onWaiting: (line) => console.error(line),
      });
    else await predictOnRay({ ...work, address: command.on });
    if (!interruption.stopped()) await output?.finish();
  } finally {
    await output?.close();
  }
  const interrupted = interruption.stopped();
  const summary = progress.end(interrupted);
  await printed?.end({ ...summary, skipped: skipped.files, interrupted, out: out ?? null });
  return interrupted ? INTERRUPTED : summary.failed > 0 ? 1 : 0;
}

/** Parquet's reader and writer are loaded for it alone. */
async function openOutput(
  path: string,
  model: RowModel,
  top: number,
  fresh: boolean,
): Promise<PredictionFile> {
  if (!isParquet(path)) return openPredictionFile(path, rowFormatOf(path, model, top), fresh);
  const { openParquetFile } = await import('./parquet.ts');
  return openParquetFile(path, model, top, fresh);
}

/** Of one model and one share alone, so that another one has its own. */
function fileOf(model: ServedModel, shard: Shard | undefined): string {
  const share = shard === undefined ? '' : `-${shard.number}-of-${shard.count}`;
  return `predictions-${versionName(model).replace(/[^\w.-]+/g, '-')}${share}.csv`;
}

/** In rows, twelve digits tell one model's weights and labels from another's. */
function rowModelOf(model: ServedModel): RowModel {
  const { cardDigest, weightsDigest, novelty, task, labels } = model.card;
  const digest = (cardDigest ?? weightsDigest).slice(0, 12);
  return { name: versionName(model), digest, novelty: novelty !== undefined, task, labels };
}

/** The files that have no row in the file of predictions. */
async function* remaining(
  files: AsyncIterable<FoundPicture>,
  output: PredictionFile | undefined,
  progress: PredictionProgress,
): AsyncGenerator<FoundPicture> {
  for await (const file of files) {
    if (output?.has(file.path)) progress.existing(output.hasFailed(file.path));
    else yield file;
  }
}
