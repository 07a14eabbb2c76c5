// `exportRun`: makes a verified model file of a run, as `trainyard export` does.
import { resolve } from 'node:path';
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { checkOptions, type EveryOption } from '../../models/known-options.ts';
import type { Parity } from '../../models/parity.ts';
import { repositoryFolder, runsFolder } from '../../setup/paths.mjs';
import { requireTensorflow } from '../../train/graph/tensorflow.ts';
import { inErrors } from '../../train/library/errors.ts';
import type { TrainedRun } from '../../train/library/types.ts';
import { findRun } from '../../train/runs/run.ts';
import { stageLine } from '../cli/lines.ts';
import { OPSETS } from '../graph/opsets.ts';
import { exportModel } from '../publish/export.ts';
import type { Destination } from '../publish/exportable.ts';
import { loadRun } from '../publish/from-run.ts';

/** Where a run's model goes, and what is put into it. */
export interface ExportRunOptions {
  /** Folder of the runs, for a run that is named; `runs` in the working folder if left out. */
  readonly runs?: string | undefined;
  /** Folder of the model files, where it becomes the next version; `models/repository` in the working folder if left out. */
  readonly repository?: string | undefined;
  /** A file instead, which ends in `.onnx`; what is there is replaced. */
  readonly file?: string | undefined;
  /** The best checkpoint if left out. */
  readonly checkpoint?: 'best' | 'last' | undefined;
  /** Averages over the views of the recipe's test-time augmentation. */
  readonly tta?: boolean | undefined;
  /** Divides the logits by a temperature, so that a probability is how often the answer is right. */
  readonly calibrate?: boolean | undefined;
  /** Version of ONNX's operators, 17 if left out. */
  readonly opset?: number | undefined;
  /** Puts batch norm into the convolutions; then the file cannot be trained further. */
  readonly foldBatchNorm?: boolean | undefined;
  /** Gives the file an output that says how strange a picture is, from 0 to 1; true if left out. */
  readonly novelty?: boolean | undefined;
  /** Largest difference of a probability from the network's; 1e-5 if left out. */
  readonly tolerance?: number | undefined;
  /** Ends it before the next stage; the promise is rejected with the signal's reason, and nothing is written. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each line that the command would print. */
  readonly onMessage?: ((line: string) => void) | undefined;
}

const OPTIONS: EveryOption<ExportRunOptions> = {
  runs: true,
  repository: true,
  file: true,
  checkpoint: true,
  tta: true,
  calibrate: true,
  opset: true,
  foldBatchNorm: true,
  novelty: true,
  tolerance: true,
  signal: true,
  onMessage: true,
};

/** A model file that answers as its run does. */
export interface ExportedRun {
  readonly name: string;
  /** In the repository; undefined of a file elsewhere. */
  readonly version: number | undefined;
  /** Of the model file, absolute. */
  readonly path: string;
  /** What the file says of itself. */
  readonly card: Card;
  /** How it was compared with the network, on every validation picture. */
  readonly parity: Parity;
  /** Share of the validation pictures that it answers right. */
  readonly accuracy: number | null;
}

/**
 * Makes a model file of a run: one ONNX file, which onnxruntime has been asked for every validation picture before it is
 * written.
 *
 * @example
 * const { path, card } = await exportRun(await train('./photos', { epochs: 5 }));
 *
 * @param run - what `train` gave, or a run's name or folder; the newest if left out.
 * @throws UserError for an option that there is not, for a run that is not there or has no checkpoint, for an op that cannot be exported, and when the file
 * does not answer as the network does: then nothing is written.
 */
export function exportRun(
  run?: Pick<TrainedRun, 'folder'> | string,
  options: ExportRunOptions = {},
): Promise<ExportedRun> {
  return inErrors(async () => {
    checkOptions('exportRun', options, OPTIONS);
    return exported(run, options);
  });
}

async function exported(
  asked: Pick<TrainedRun, 'folder'> | string | undefined,
  { runs = runsFolder, checkpoint = 'best', tta, calibrate, foldBatchNorm, ...options }: ExportRunOptions,
): Promise<ExportedRun> {
  const { opset, novelty, tolerance, signal, onMessage } = options;
  const to = destinationOf(options);
  checkNumbers(opset, tolerance);
  signal?.throwIfAborted();
  requireTensorflow();
  const run = findRun(runs, askedRun(asked));
  onMessage?.(`Exporting the ${checkpoint} checkpoint of run ${run.name}.`);
  const model = await loadRun(run, checkpoint, tta, calibrate, { say: onMessage, signal });
  signal?.throwIfAborted();
  const { name, version, path, card, parity, accuracy } = await exportModel(model, {
    ...to,
    ...(opset !== undefined && { opset }),
    ...(foldBatchNorm !== undefined && { foldBatchNorm }),
    ...(novelty !== undefined && { novelty }),
    ...(tolerance !== undefined && { tolerance }),
    onStage(stage) {
      onMessage?.(stageLine(stage));
      if (stage.name !== 'written') signal?.throwIfAborted();
    },
  });
  return { name, version, path: resolve(path), card, parity, accuracy };
}

/** JavaScript may pass a promise of a run, which has no folder: the newest run would be exported in its place. */
function askedRun(asked: unknown): string | undefined {
  if (asked === undefined || typeof asked === 'string') return asked;
  const folder = asked instanceof Object && 'folder' in asked ? asked.folder : undefined;
  if (typeof folder === 'string') return folder;
  const received = Object.prototype.toString.call(asked);
  throw new UserError(
    `exportRun: received ${received}, expected a run as \`await train(...)\` gives it, or a run's name or folder`,
  );
}

function destinationOf({ file, repository }: ExportRunOptions): Destination {
  if (file === undefined) return { repository: repository ?? repositoryFolder };
  if (repository !== undefined)
    throw new UserError(
      `exportRun: received the repository ${repository} and the file ${file}, expected one of them`,
    );
  if (file.endsWith('.onnx')) return { file: resolve(file) };
  throw new UserError(`file takes a path that ends in .onnx; received ${JSON.stringify(file)}.`);
}

function checkNumbers(opset: number | undefined, tolerance: number | undefined): void {
  const { oldest, newest } = OPSETS;
  if (opset !== undefined && !(Number.isInteger(opset) && opset >= oldest && opset <= newest))
    throw new UserError(`opset takes a whole number from ${oldest} to ${newest}; received ${opset}.`);
  if (tolerance !== undefined && !(tolerance > 0 && tolerance < 1))
    throw new UserError(
      `tolerance takes a difference of probabilities above 0 and below 1; received ${tolerance}.`,
    );
}
