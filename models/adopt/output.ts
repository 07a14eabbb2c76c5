// The output of a model from elsewhere: which of several it is, and how it becomes probabilities.
import { UserError } from '../errors.ts';
import { suggestion } from '../nearest.ts';
import { floatTensor } from '../onnx/make.ts';
import { dataType, typeName, type ValueInfoProto } from '../onnx/schema.ts';
import type { PlainCard } from './card.ts';
import { known } from './input.ts';
import { type Added, axis, cast, chain, type Step, withIntegers } from './steps.ts';

type Kind = Extract<PlainCard['output'], string>;

/** What a model gives. */
export interface GivenOutput {
  readonly name: string;
  /** Element type. */
  readonly type: number;
  readonly kind: Kind;
  /** One number is for two labels: the probability, or the logit, of the second. */
  readonly single: boolean;
}

const floats: readonly number[] = [dataType.FLOAT, dataType.FLOAT16, dataType.DOUBLE];

function kindOf({ output }: PlainCard): Kind {
  return typeof output === 'string' ? output : output.values;
}

/** Whether each label has its own probability: they need not sum to one. */
export function isMultiLabel(card: PlainCard): boolean {
  const kind = kindOf(card);
  return kind === 'multi-label' || kind === 'multi-label-logits';
}

/**
 * Chooses the output that the card means. It needs no name where only one output can be meant.
 *
 * @throws UserError when there is none, or several; it lists them.
 */
export function chooseOutput(outputs: readonly ValueInfoProto[], card: PlainCard): GivenOutput {
  if (typeof card.output !== 'string') {
    const { name } = card.output;
    const named = outputs.find((output) => output.name === name);
    if (named !== undefined) return checkOutput(named, card);
    const names = outputs.map((output) => output.name);
    throw new UserError(
      `card.json output.name: received "${name}", which the model does not have. ${suggestion(name, names)}`,
    );
  }
  const [first, ...others] = outputs;
  if (first === undefined) throw new UserError('the model has no output');
  if (others.length === 0) return checkOutput(first, card);
  const possible = outputs.filter((output) => mayBe(output, card));
  const [only] = possible;
  if (possible.length === 1 && only !== undefined) return checkOutput(only, card);
  throw new UserError(
    `card.json output: the model has ${outputs.length} outputs, ${outputs.map(described).join(', ')}; name the one that is meant: {"name": "${first.name}", "values": "${card.output}"}`,
  );
}

function mayBe(output: ValueInfoProto, { labels }: PlainCard): boolean {
  const { elem_type = 0 } = output.type?.tensor_type ?? {};
  const numbers = numbersOf(output);
  return floats.includes(elem_type) && (numbers === undefined || numbers === labels.length);
}

function checkOutput(output: ValueInfoProto, card: PlainCard): GivenOutput {
  const { name, type } = output;
  const { labels } = card;
  const { elem_type = 0 } = type?.tensor_type ?? {};
  if (!floats.includes(elem_type)) {
    const what = type?.tensor_type === undefined ? 'no tensor' : typeName(elem_type);
    throw new UserError(`the model's output "${name}" is ${what}, expected float`);
  }
  const kind = kindOf(card);
  const numbers = numbersOf(output);
  const single = !isMultiLabel(card) && numbers === 1;
  if (single && labels.length !== 2) {
    throw new UserError(
      `card.json labels: received ${labels.length}, but the model's output "${name}" has one number, which tells two classes apart: expected 2, the one that 1 stands for last`,
    );
  }
  if (!single && numbers !== undefined && numbers !== labels.length) {
    throw new UserError(
      `card.json labels: received ${labels.length}, but the model's output "${name}" has ${numbers} classes`,
    );
  }
  return { name, type: elem_type, kind, single };
}

/** How many numbers it gives for one picture; undefined when it does not say. */
function numbersOf({ type }: ValueInfoProto): number | undefined {
  const sides = type?.tensor_type?.shape?.dim.map(({ dim_value }) => known(dim_value));
  if (sides === undefined) return undefined;
  // Of one axis it is the classes, or the pictures where there is one number for each.
  if (sides.length < 2) return sides.length === 0 || sides[0] === undefined ? 1 : sides[0];
  return sides
    .slice(1)
    .reduce((product, side) => (product === undefined || side === undefined ? undefined : product * side), 1);
}

function described({ name, type }: ValueInfoProto): string {
  const { elem_type = 0, shape } = type?.tensor_type ?? {};
  const what = type?.tensor_type === undefined ? 'no tensor' : typeName(elem_type);
  const sides = shape?.dim.map(({ dim_value, dim_param }) => known(dim_value) ?? (dim_param || '?'));
  return `"${name}" (${what}${sides === undefined ? '' : ` [${sides}]`})`;
}

/** The nodes from the model's output to `target`, float32 `[N,labels]` probabilities. */
export function ending({ labels }: PlainCard, given: GivenOutput, target: string, prefix: string): Added {
  const { name, type, kind, single } = given;
  const steps: Step[] = [];
  if (type !== dataType.FLOAT) steps.push(cast(dataType.FLOAT));
  steps.push(withIntegers('Reshape', `${prefix}rows-shape`, [-1, single ? 1 : labels.length]));
  if (kind === 'multi-label-logits' || (single && kind === 'logits')) steps.push({ op: 'Sigmoid' });
  else if (kind === 'logits') steps.push({ op: 'Softmax', attribute: [axis(1)] });
  if (!single) return chain(steps, name, target, `${prefix}rows`);
  const second = `${prefix}second`;
  const { node, initializer } = chain(steps, name, second, `${prefix}rows`);
  const [first, one] = [`${prefix}first`, `${prefix}1.0`];
  node.push(
    { op_type: 'Sub', input: [one, second], output: [first], attribute: [] },
    { op_type: 'Concat', input: [first, second], output: [target], attribute: [axis(1)] },
  );
  return { node, initializer: [...initializer, floatTensor(one, [1])] };
}
