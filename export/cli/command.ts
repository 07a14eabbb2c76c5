// `trainyard export`: makes a verified model file of a run.
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { repositoryFolder, runsFolder } from '../../setup/paths.mjs';
import { findRun } from '../../train/runs/run.ts';
import { OPSETS } from '../convert.ts';
import { changesInWords, TOLERANCE } from '../parity/index.ts';
import { exportModel } from '../publish/export.ts';
import { type CheckpointName, loadRun } from '../publish/from-run.ts';
import type { Convert } from '../publish/index.ts';
import type { ExportStage } from '../publish/stages.ts';
import { exportTfjs, tfjsArgs } from '../tfjs/command.ts';
import { isModelPath } from '../tfjs/read.ts';
import { findFormat, formats } from '../to/index.ts';
import { writeTo } from '../to/write.ts';
import { checkTogether, refuseOnnx } from './options.ts';

export const exportCommand = defineCommand({
  meta: {
    name: 'export',
    description: 'Export a run or a tfjs model as one ONNX file, or in another format, with proof of parity',
  },
  args: {
    run: {
      type: 'positional',
      required: false,
      description: 'Name of a run, the newest if left out; or path of a tfjs model.json',
    },
    checkpoint: { type: 'string', description: 'Which checkpoint: best or last', default: 'best' },
    converter: { type: 'string', description: 'own, or tf2onnx in Python to compare with', default: 'own' },
    to: { type: 'string', description: `Write another format instead: ${Object.keys(formats).join(', ')}` },
    out: {
      type: 'string',
      description:
        'With --to: the folder to write; exports/<model>-<format> if left out. Of a tfjs model without --labels: the file; <name>.onnx if left out',
    },
    tta: { type: 'boolean', description: "Average over the views of the recipe's test-time augmentation" },
    calibrate: {
      type: 'boolean',
      description: 'Divide the logits by a temperature, so that probabilities mean what they say',
    },
    opset: { type: 'string', description: "Version of ONNX's operators", default: String(OPSETS.usual) },
    tolerance: {
      type: 'string',
      description: `Largest difference of a probability from the trainer's; ${TOLERANCE} if left out`,
    },
    repository: { type: 'string', description: 'Folder of the model files', default: repositoryFolder },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
    'fold-batch-norm': {
      type: 'boolean',
      description: 'Put batch norm into the convolutions; then the file cannot be trained on',
    },
    ...tfjsArgs,
  },
  async run({ args, rawArgs }) {
    const started = performance.now();
    const checkpoint = checkpointOf(args.checkpoint);
    refuseOnnx(args.run);
    const elsewhere = args.run !== undefined && isModelPath(args.run);
    checkTogether(rawArgs, {
      name: args.run ?? 'the newest run',
      from: elsewhere ? 'elsewhere' : 'run',
      classifier: args.labels !== undefined,
      ...(args.to !== undefined && { to: args.to }),
    });
    const opset = opsetOf(args.opset);
    const tolerance = toleranceOf(args.tolerance);
    const converter = await converterOf(args.converter);
    const format = args.to === undefined ? undefined : findFormat(args.to);
    const foldBatchNorm = args['fold-batch-norm'] ?? false;
    const onStage = (stage: ExportStage) =>
      console.log(line(stage.name, stage.seconds, describeStage(stage)));
    const say = (stage: string, seconds: number | undefined, text: string) =>
      console.log(line(stage, seconds, text));
    if (args.run !== undefined && elsewhere) {
      const options = { opset, foldBatchNorm, ...(converter && { convert: converter }) };
      return await exportTfjs(args.run, args, { options, tolerance, format, say, onStage });
    }
    const run = findRun(args.runs, args.run);
    console.log(`Exporting the ${checkpoint} checkpoint of run ${run.name}.`);
    const model = await loadRun(run, checkpoint, args.tta, args.calibrate);
    console.log(
      line(
        'loaded',
        (performance.now() - started) / 1000,
        `${model.card.architecture.name}, ${model.card.architecture.parameters} parameters`,
      ),
    );
    const { calibration } = model.card;
    if (calibration)
      console.log(
        `  calibrated by temperature ${calibration.temperature}: confidence and accuracy ${percent(calibration.error)} apart, with it ${percent(calibration.temperedError)} (${calibration.n} test pictures)`,
      );
    if (format !== undefined) {
      if (model.backbone !== undefined)
        throw new UserError(
          `--to writes networks that Trainyard trained from end to end; ${run.name} is ${model.card.architecture.name}, whose graph is another's. Leave --to out to export it to ONNX.`,
        );
      await writeTo(format, model, args.out ?? join('exports', `${model.card.name}-${args.to}`), say);
      return;
    }
    await exportModel(model, {
      repository: args.repository,
      opset,
      ...(converter && { convert: converter }),
      foldBatchNorm,
      tolerance,
      onStage,
    });
    console.log('Next: npm run serve');
  },
});

function checkpointOf(name: string): CheckpointName {
  if (name === 'best' || name === 'last') return name;
  const guess = nearest(name, ['best', 'last']);
  throw new UserError(
    `--checkpoint takes best or last; received ${JSON.stringify(name)}.${guess ? ` Did you mean ${guess}?` : ''}`,
  );
}

/** tf2onnx is loaded when it is asked for. */
async function converterOf(name: string): Promise<Convert | undefined> {
  if (name === 'own') return undefined;
  if (name === 'tf2onnx') return (await import('../tf2onnx/index.ts')).convertByTf2onnx;
  throw new UserError(`--converter takes own or tf2onnx; received ${JSON.stringify(name)}.`);
}

function opsetOf(text: string): number {
  const opset = Number(text);
  if (Number.isInteger(opset) && opset >= OPSETS.oldest && opset <= OPSETS.newest) return opset;
  throw new UserError(
    `--opset takes a whole number from ${OPSETS.oldest} to ${OPSETS.newest}; received ${JSON.stringify(text)}.`,
  );
}

function toleranceOf(text = String(TOLERANCE)): number {
  const tolerance = Number(text);
  if (text.trim() !== '' && tolerance > 0 && tolerance < 1) return tolerance;
  throw new UserError(
    `--tolerance takes a difference of probabilities between 0 and 1, such as 1e-4; received ${JSON.stringify(text)}.`,
  );
}

function describeStage(stage: ExportStage): string {
  switch (stage.name) {
    case 'traced':
      return `${stage.ops} TensorFlow ops`;
    case 'converted':
      return `${stage.nodes} ONNX nodes, opset ${stage.opset}, ${(stage.bytes / 1e6).toFixed(2)} MB`;
    case 'compared':
      return `${stage.parity.n} test pictures, largest difference ${stage.parity.maxProbabilityDifference.toExponential(1)}, ${changesInWords(stage.parity)}${stage.accuracy === null ? '' : `, accuracy ${(stage.accuracy * 100).toFixed(2)} %`}`;
    case 'written':
      return `${stage.file.name} version ${stage.file.version}: ${stage.file.path}`;
  }
}

function line(stage: string, seconds: number | undefined, text: string): string {
  const time = seconds === undefined ? '       ' : `${seconds.toFixed(2).padStart(5)} s`;
  return `  ${stage.padEnd(9)}  ${time}  ${text}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
