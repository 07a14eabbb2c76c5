// A checkpoint or a model file in words and a table.
import { stepsOf, wordsOf } from '../../train/recipes/index.ts';
import { percent } from '../../train/terminal.ts';
import type { DescribedCheckpoint, DescribedModel, DescribedTensor } from './describe.ts';

/** What the terminal shows. */
export function inWords(described: DescribedCheckpoint | DescribedModel): string {
  const { path, bytes, tensors, values } = described;
  const size = `${tensors.length} tensors, ${count(values)} numbers, ${(bytes / 1e6).toFixed(2)} MB`;
  const about = described.kind === 'checkpoint' ? aboutCheckpoint(described) : aboutModel(described);
  return [path, ...about.map((line) => `  ${line}`), `  ${size}`, '', table(tensors)].join('\n');
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
      : [
          `after epoch ${last.epoch}: error rate ${percent(last.errorRate)}, loss ${last.validLoss.toPrecision(4)}`,
        ]),
  ];
}

function aboutModel({ card, ops, opset, irVersion, producer, inputs, outputs }: DescribedModel): string[] {
  return [
    `ONNX, opset ${opset}, IR ${irVersion}${producer === '' ? '' : `, by ${producer}`}`,
    `${inputs.join(', ')} -> ${outputs.join(', ')}`,
    ...(card === undefined ? ['no card'] : aboutCard(card)),
    `${ops.reduce((sum, op) => sum + op.count, 0)} ops: ${ops.map(({ op, count: n }) => `${op} ${n}`).join(', ')}`,
  ];
}

function aboutCard({
  name,
  description,
  labels,
  input,
  architecture,
  metrics,
  parity,
}: NonNullable<DescribedModel['card']>): string[] {
  return [
    `${name}: ${description}`,
    `${architecture.name}, ${count(architecture.parameters)} parameters; uint8 [N,${input.shape.join()}], prepared by ${input.prepare.rule}`,
    `labels: ${labels.join(', ')}`,
    metrics === null
      ? 'not measured'
      : `accuracy ${percent(metrics.accuracy)} on ${count(metrics.n)} test pictures, loss ${metrics.loss.toPrecision(4)}`,
    parity === null
      ? 'not compared with what was trained'
      : `largest difference from what was trained ${parity.maxProbabilityDifference.toExponential(1)}, ${parity.changedLabels} changed labels of ${count(parity.n)}`,
  ];
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
        return column === 'zeros' ? percent(statistics.zeros) : short(statistics[column]);
      }),
    ]),
  ];
  const widths = ['name', 'shape', ...COLUMNS].map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
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
