// A checkpoint or a model file in words and a table.

import type { Card } from '../../models/card.ts';
import { type CardProof, proofOf } from '../../models/card-proof.ts';
import { unitInWords } from '../../models/expected.ts';
import { heldOutOf, testedOn } from '../../models/held-out.ts';
import { visible } from '../../models/printable.ts';
import { scoreInWords } from '../../models/score.ts';
import { stepsOf, wordsOf } from '../../train/recipes/index.ts';
import { plainPercent } from '../../train/report/format.ts';
import { decidingInWords } from '../../train/tasks/words.ts';
import { changesInWords } from '../parity/index.ts';
import type { DescribedCheckpoint, DescribedModel, DescribedTensor } from './describe.ts';
import type { ModelWork } from './work.ts';

/** What the terminal shows. */
export function inspectionInWords(described: DescribedCheckpoint | DescribedModel): string {
  const { path, bytes, tensors, values } = described;
  const size = `${tensors.length} tensors, ${count(values)} numbers, ${(bytes / 1e6).toFixed(2)} MB`;
  const about = described.kind === 'checkpoint' ? aboutCheckpoint(described) : aboutModel(described);
  return [
    path,
    ...about.map((line) => `  ${visible(line)}`),
    `  ${size}`,
    '',
    table(tensors),
    ...(described.kind === 'model' && typeof described.work === 'object'
      ? ['', nodeTable(described.work)]
      : []),
  ].join('\n');
}

function aboutCheckpoint({ recipe, progress }: DescribedCheckpoint): string[] {
  if (recipe === undefined || progress === undefined) return ['safetensors, not of Trainyard'];
  const { step, stepsPerEpoch, history } = progress;
  const last = history.at(-1);
  return [
    `checkpoint of ${wordsOf(recipe)}, ${recipe.architecture.name}, seed ${recipe.seed}`,
    `step ${count(step)} of ${count(stepsOf(recipe, stepsPerEpoch))}, epoch ${Number((step / stepsPerEpoch).toFixed(2))}`,
    ...(last === undefined
      ? []
      : [`after epoch ${last.epoch}: ${decidingInWords(last)}, loss ${last.validLoss.toPrecision(4)}`]),
  ];
}

function aboutModel(described: DescribedModel): string[] {
  const { card, ops, opset, irVersion, producer, inputs, outputs, runtimes, work } = described;
  return [
    `ONNX, opset ${opset}, IR ${irVersion}${producer === '' ? '' : `, by ${producer}`}`,
    `${inputs.join(', ')} -> ${outputs.join(', ')}`,
    ...(card === undefined ? ['no card'] : aboutCard(card)),
    `${ops.reduce((sum, op) => sum + op.count, 0)} ops: ${ops.map(({ op, count: n }) => `${op} ${n}`).join(', ')}`,
    aboutRuntimes(runtimes),
    ...aboutWork(work, described.sizes),
  ];
}

function aboutRuntimes({ onnxruntime, foreign, anyBatch }: DescribedModel['runtimes']): string {
  const release =
    onnxruntime === undefined
      ? 'an onnxruntime newer than this version of Trainyard knows'
      : `onnxruntime ${onnxruntime} or newer, onnxruntime-web too`;
  const operators =
    foreign.length === 0 ? "ONNX's own operators alone" : `operators of others: ${foreign.join(', ')}`;
  return `runs on ${release}; ${operators}; ${anyBatch ? 'any number of pictures at once' : 'a fixed number of pictures'}`;
}

/** @param sizes - Names of sizes that vary, which are 1 where they are not given. */
function sizesAdvice(sizes: readonly string[]): string[] {
  if (sizes.length === 0) return [];
  return [`its sizes vary; to give them: --sizes ${sizes.map((size) => `${size}=224`).join(',')}`];
}

function aboutWork(work: DescribedModel['work'], sizes: readonly string[]): string[] {
  if (work === undefined) return [];
  if (typeof work === 'string')
    return [`could not be run here: ${work.split('\n')[0]}`, ...sizesAdvice(sizes)];
  const { flops, memory } = work;
  return [
    `one picture: ${short(flops / 1e6)} MFLOP, ${megabytes(memory.weights)} of weights and at most ${megabytes(memory.activations)} of values`,
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

const PROOF: Readonly<Record<CardProof, string>> = {
  holds: '',
  older: ' (this card is older and does not prove them)',
  changed: ' (the card has been changed since it was written)',
};

function aboutCard(card: Card): string[] {
  const { name, description, labels, input, architecture, novelty } = card;
  return [
    `${name}: ${description}`,
    `${architecture.name}, ${count(architecture.parameters)} parameters; uint8 [N,${input.shape.join()}], prepared by ${input.prepare.rule}`,
    `labels: ${labels.join(', ')}${PROOF[proofOf(card)]}`,
    ...aboutAnswers(card),
    aboutMetrics(card),
    ...aboutQuantization(card),
    ...(novelty === undefined
      ? []
      : [
          `says how strange a picture is, fitted against ${novelty.against}: above ${novelty.threshold} it is none of the labels, ${plainPercent(novelty.falseAlarms)} of ${count(novelty.n)} ${heldOutOf(card.recipe)} pictures by mistake`,
        ]),
    aboutParity(card),
  ];
}

/** What an answer is, where it is not one of the labels. */
function aboutAnswers(card: Card): string[] {
  if (card.task === 'single') return [];
  const each =
    card.task === 'multi'
      ? card.labels.map((label, k) => `${label} from ${short(card.thresholds[k] ?? Number.NaN)}`)
      : card.labels.map((label, k) => {
          const { min, max } = card.ranges[k] ?? { min: Number.NaN, max: Number.NaN };
          return `${label} ${short(min)} to ${short(max)}`;
        });
  const what =
    card.task === 'multi'
      ? 'any number of labels, each from its threshold on'
      : 'numbers, trained on these ranges';
  return [`answers with ${what}: ${each.join(', ')}`];
}

function aboutMetrics(card: Card): string {
  if (card.metrics === null) return 'not measured';
  const { n, loss } = card.metrics;
  const score =
    card.task === 'single' ? `accuracy ${plainPercent(card.metrics.accuracy)}` : scoreInWords(card);
  return `${score} on ${count(n)} ${testedOn(card)}, loss ${loss.toPrecision(4)}`;
}

function aboutQuantization(card: Card): string[] {
  const { quantization } = card;
  if (quantization === undefined) return [];
  const { weights, n } = quantization;
  if ('maxValueDifference' in quantization) {
    const before = quantization.meanAbsoluteErrorBefore.map(short).join(', ');
    const largest = quantization.maxValueDifference.toExponential(1);
    return [
      `weights of ${weights}: before, mean absolute error ${before}; largest difference ${largest} ${unitInWords(card)} over ${count(n)}`,
    ];
  }
  const before =
    'accuracyBefore' in quantization
      ? `accuracy ${plainPercent(quantization.accuracyBefore)}`
      : `mean average precision ${short(quantization.meanAveragePrecisionBefore)}`;
  return [
    `weights of ${weights}: before, ${before}; ${quantization.changedLabels} changed labels of ${count(n)}`,
  ];
}

function aboutParity({ parity, task }: Card): string {
  if (parity === null) return 'not compared with what was trained';
  if ('maxValueDifference' in parity)
    return `largest difference from what was trained ${parity.maxValueDifference.toExponential(1)} ${unitInWords({ task })}, over ${count(parity.n)}`;
  return `largest difference from what was trained ${parity.maxProbabilityDifference.toExponential(1)}, ${changesInWords(parity)} of ${count(parity.n)}`;
}

const COLUMNS = ['mean', 'deviation', 'min', 'max', 'zeros'] as const;

function table(tensors: readonly DescribedTensor[]): string {
  const rows = [
    ['name', 'shape', ...COLUMNS],
    ...tensors.map(({ name, shape, statistics }) => [
      name,
      `[${shape.join()}]`,
      ...COLUMNS.map((column) => {
        if (statistics === undefined) return '';
        return column === 'zeros' ? plainPercent(statistics.zeros) : short(statistics[column]);
      }),
    ]),
  ];
  return columns(rows, 2);
}

/** A row a node, in the order in which they run. */
function nodeTable({ nodes }: ModelWork): string {
  const rows = nodes.map(({ name, op, shape, parameters, flops }) => [
    name,
    op,
    `[${shape.join()}]`,
    parameters === 0 ? '' : count(parameters),
    flops === 0 ? '' : short(flops / 1e6),
  ]);
  return columns([['node', 'operator', 'output', 'parameters', 'MFLOP'], ...rows], 3);
}

/** @param left - How many columns are text, which begins at the left; the others are numbers. */
function columns(received: readonly (readonly string[])[], left: number): string {
  const rows = received.map((row) => row.map(visible));
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

function short(value: number): string {
  return value === 0 ? '0' : Number(value.toPrecision(4)).toString();
}

function count(n: number): string {
  return n.toLocaleString('en');
}
