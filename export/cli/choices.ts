// What `trainyard export` was asked for: its words, checked before anything is loaded that takes time.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ParsedArgs } from 'citty';
import { isHubAddress, parseHubAddress } from '../../hub/address.ts';
import { UserError } from '../../models/errors.ts';
import { oneOf } from '../../models/nearest.ts';
import { realNumber, wholeNumber } from '../../models/option-values.ts';
import { type Pretrained, pretrainedSchema } from '../../train/architectures/pretrained.ts';
import { scalingCalled } from '../../train/backbone/scaling.ts';
import type { Run } from '../../train/runs/run.ts';
import { OPSETS } from '../graph/opsets.ts';
import { type ClassifierChoice, resized } from '../tfjs/chosen-classifier.ts';
import { isModelPath } from '../tfjs/model-path.ts';
import { FORMAT_NAMES, type FormatName } from '../to/names.ts';
import type { exportArgs } from './args.ts';
import { labelsOf } from './labels.ts';
import { checkTogether, refuseOnnx } from './options.ts';
import { existingFolder, writableFolder } from './shared-options.ts';

export type ExportArgs = ParsedArgs<typeof exportArgs>;

/** A run of Trainyard. */
export interface RunChoice {
  readonly from: 'run';
  readonly run: Run;
  readonly checkpoint: 'best' | 'last';
  readonly tta: boolean;
  readonly calibrate: boolean;
}

/** A model.json or SavedModel. */
export interface ModelChoice {
  readonly from: 'elsewhere';
  readonly path: string;
  /** That of its folder if left out. */
  readonly name: string | undefined;
  readonly size: { readonly height: number; readonly width: number } | undefined;
  /** What makes a classifier of it; without, it is exported as it is. */
  readonly classifier: ClassifierChoice | undefined;
}

/** A model of the Hugging Face Hub. */
export interface HubChoice {
  readonly from: 'hub';
  readonly address: string;
  /** That of its repository if left out. */
  readonly name: string | undefined;
}

/** A pretrained network, by its name. */
export interface PretrainedChoice {
  readonly from: 'pretrained';
  readonly name: Pretrained;
}

export interface ExportChoices {
  readonly subject: RunChoice | ModelChoice | HubChoice | PretrainedChoice;
  /** Another format instead of ONNX. */
  readonly to: FormatName | undefined;
  readonly out: string | undefined;
  /** Folder of the model files. */
  readonly repository: string;
  readonly converter: 'own' | 'tf2onnx';
  readonly opset: number;
  /** What each way of comparing takes for right if left out. */
  readonly tolerance: number | undefined;
  readonly foldBatchNorm: boolean;
  readonly novelty: boolean;
}

/**
 * @param rawArgs - The words of the command line: which options were given.
 * @throws UserError for a value that an option does not take, and for options that do not go together, and where there is no such run.
 */
export async function choicesOf(args: ExportArgs, rawArgs: readonly string[]): Promise<ExportChoices> {
  const checkpoint = oneOf('--checkpoint', ['best', 'last'], args.checkpoint);
  const hub = args.run !== undefined && isHubAddress(args.run) ? args.run : undefined;
  if (hub === undefined) refuseOnnx(args.run);
  else parseHubAddress(hub);
  const pretrained = pretrainedCalled(args);
  const path = hub === undefined && args.run !== undefined && isModelPath(args.run) ? args.run : undefined;
  checkTogether(rawArgs, {
    name: args.run ?? 'the newest run',
    from:
      hub !== undefined
        ? 'hub'
        : pretrained !== undefined
          ? 'pretrained'
          : path === undefined
            ? 'run'
            : 'elsewhere',
    classifier: args.labels !== undefined,
    ...(args.to !== undefined && { to: args.to }),
  });
  const isPublished = args.to === undefined && (path === undefined || args.labels !== undefined);
  if (args.out !== undefined) writableFolder('out', dirname(args.out));
  const others = {
    to: args.to === undefined ? undefined : oneOf('--to', FORMAT_NAMES, args.to),
    out: args.out,
    // Only what is written to has to be there: a folder of --to, or the file of a model without labels, is elsewhere.
    repository: isPublished ? writableFolder('repository', args.repository) : args.repository,
    converter: oneOf('--converter', ['own', 'tf2onnx'], args.converter),
    opset: wholeNumber('opset', args.opset, OPSETS.oldest, OPSETS.newest),
    tolerance:
      args.tolerance === undefined
        ? undefined
        : realNumber('tolerance', args.tolerance, { above: 0, below: 1 }, comparedNumbers(path, args)),
    foldBatchNorm: args['fold-batch-norm'] ?? false,
    novelty: args.novelty ?? true,
  };
  if (hub !== undefined) return { subject: { from: 'hub', address: hub, name: args.name }, ...others };
  if (pretrained !== undefined) return { subject: { from: 'pretrained', name: pretrained }, ...others };
  if (path !== undefined) return { subject: modelChoice(path, args), ...others };
  const { findRun } = await import('../../train/runs/run.ts');
  const run = findRun(args.runs, args.run);
  const { tta = false, calibrate = false } = args;
  return { subject: { from: 'run', run, checkpoint, tta, calibrate }, ...others };
}

/** A pretrained network, unless a run is called so. */
function pretrainedCalled({ run, runs }: ExportArgs): Pretrained | undefined {
  const { data } = pretrainedSchema.safeParse(run);
  return data !== undefined && existsSync(join(runs, data)) ? undefined : data;
}

/** What a tolerance is of. */
function comparedNumbers(path: string | undefined, { labels }: ExportArgs): string {
  return path !== undefined && labels === undefined
    ? 'a difference of answers, as a share of 1 or of the value,'
    : 'a difference of probabilities';
}

function modelChoice(path: string, args: ExportArgs): ModelChoice {
  if (!existsSync(path)) throw new UserError(`${path} is not there.`);
  const { labels, out } = args;
  if (labels === undefined && out !== undefined && !out.endsWith('.onnx'))
    throw new UserError(`--out takes a file that ends in .onnx; received ${JSON.stringify(out)}.`);
  return {
    ...{ from: 'elsewhere', path, name: args.name, size: sizeOf(args.size) },
    classifier:
      labels === undefined
        ? undefined
        : {
            labels: labelsOf(labels),
            scaling: args.scaling === undefined ? undefined : scalingCalled(args.scaling),
            prepare: resized(oneOf('--crop', ['center', 'stretch'], args.crop)),
            pictures: args.pictures === undefined ? undefined : existingFolder('pictures', args.pictures),
          },
  };
}

function sizeOf(text: string | undefined): ModelChoice['size'] {
  if (text === undefined) return undefined;
  const [, height, width = height] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  if (Number(height) > 0 && Number(width) > 0) return { height: Number(height), width: Number(width) };
  throw new UserError(`--size takes 224, or 224x160 for height and width; received ${JSON.stringify(text)}.`);
}
