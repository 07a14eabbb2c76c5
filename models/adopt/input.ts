// The input of a model from elsewhere: whether it is what its card says, and how pixels become it.
import { UserError } from '../errors.ts';
import { dataType, typeName, type ValueInfoProto } from '../onnx/schema.ts';
import type { PlainCard } from './card.ts';
import { type Added, axis, cast, chain, type Step, transpose, withIntegers, withNumbers } from './steps.ts';

/** Shape of the input in our form: `[H,W,C]`. */
export function shapeOf({ input }: PlainCard): [number, number, 1 | 3] {
  return [...input.size, input.channels === 'gray' ? 1 : 3];
}

/** What a model takes. */
export interface TakenInput {
  readonly name: string;
  /** Element type. */
  readonly type: number;
  /** The number of pictures that it takes; undefined for any. */
  readonly batch: number | undefined;
  /** Its axes: pictures with their sides, one picture without an axis for pictures, or pictures as rows of numbers. */
  readonly form: 'pictures' | 'one' | 'rows';
}

/** Types of numbers into which float32 is converted without another meaning. */
const floats: readonly number[] = [dataType.FLOAT, dataType.FLOAT16, dataType.DOUBLE];

/** @throws UserError when the input is not what the card says; it names the field. */
export function checkInput({ name, type }: ValueInfoProto, card: PlainCard): TakenInput {
  const { input } = card;
  const { elem_type = 0, shape } = type?.tensor_type ?? {};
  const fitting = { uint8: [dataType.UINT8], float16: [dataType.FLOAT16], float32: floats }[input.type];
  if (!fitting.some((one) => one === elem_type)) {
    throw new UserError(
      `card.json input.type: received "${input.type}", but the model's input "${name}" is ${type?.tensor_type === undefined ? 'no tensor' : typeName(elem_type)}`,
    );
  }
  const taken = { name, type: elem_type };
  if (shape === undefined) return { ...taken, batch: undefined, form: 'pictures' };
  const dims = shape.dim.map(({ dim_value }) => known(dim_value));
  const wanted = sidesOf(card, input.layout);
  const [batch, ...rest] = dims;
  if (dims.length === 4 && fits(rest, wanted)) return { ...taken, batch, form: 'pictures' };
  if (dims.length === 3 && fits(dims, wanted)) return { ...taken, batch: 1, form: 'one' };
  const numbers = wanted.reduce((product, side) => product * side, 1);
  if (dims.length === 2 && rest[0] === numbers) return { ...taken, batch, form: 'rows' };
  const shown = shape.dim.map(({ dim_value, dim_param }) => known(dim_value) ?? (dim_param || '?'));
  const other = input.layout === 'NCHW' ? 'NHWC' : 'NCHW';
  const hint = fits(rest, sidesOf(card, other)) ? `. Is it "layout": "${other}"?` : '';
  throw new UserError(
    `card.json input: received ${input.layout} of [N,${wanted}], but the model's input "${name}" is [${shown}]${hint}`,
  );
}

/** The nodes from `source`, uint8 `[N,H,W,C]`, to what the model takes. */
export function preparation(card: PlainCard, taken: TakenInput, source: string, prefix: string): Added {
  const { input } = card;
  const steps: Step[] = [];
  if (input.channels === 'BGR') steps.push(withIntegers('Gather', `${prefix}bgr`, [2, 1, 0], [axis(3)]));
  if (input.type !== 'uint8') {
    const [mean, std] = [[input.mean].flat(), [input.std].flat()];
    steps.push(cast(dataType.FLOAT));
    if (input.scale !== 1) steps.push(withNumbers('Div', `${prefix}scale`, [input.scale]));
    if (mean.some((number) => number !== 0)) steps.push(withNumbers('Sub', `${prefix}mean`, mean));
    if (std.some((number) => number !== 1)) steps.push(withNumbers('Div', `${prefix}std`, std));
    if (taken.type !== dataType.FLOAT) steps.push(cast(taken.type));
  }
  if (input.layout === 'NCHW') steps.push(transpose([0, 3, 1, 2]));
  if (taken.form === 'one') steps.push(withIntegers('Reshape', `${prefix}one`, sidesOf(card, input.layout)));
  if (taken.form === 'rows') steps.push({ op: 'Flatten', attribute: [axis(1)] });
  return chain(steps, source, taken.name, `${prefix}step`);
}

function sidesOf(card: PlainCard, layout: 'NCHW' | 'NHWC'): [number, number, number] {
  const [height, width, channels] = shapeOf(card);
  return layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
}

/** Whether sides are what is wanted, or may be. */
function fits(sides: readonly (number | undefined)[], wanted: readonly number[]): boolean {
  return sides.length === wanted.length && sides.every((side, i) => side === undefined || side === wanted[i]);
}

/** A side that is known: some exporters write 0 or -1 for one that is not. */
export function known(side: number | bigint | undefined): number | undefined {
  return side === undefined || side <= 0 ? undefined : Number(side);
}
