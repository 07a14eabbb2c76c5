// Puts a model from elsewhere into our own form: pixels in, probabilities out, with the arithmetic between them in the
// graph, so that the server, the page and any onnxruntime treat it like one of ours.

import { UserError } from '../errors.ts';
import { isExternal } from '../onnx/facts.ts';
import { floatTensor, int64Tensor } from '../onnx/make.ts';
import {
  dataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from '../onnx/schema.ts';
import { typeName } from '../onnx/types.ts';
import type { PlainCard } from './card.ts';

/** Names that our form gives to input and output, and the beginning of all that is added. */
const IMAGE = 'image';
const PROBABILITIES = 'probabilities';
const OURS = 'trainyard/';

/** Broadcasting as the added nodes need it came with opset 7. */
const LEAST_OPSET = 7;

/** Shape of the input in our form: `[H,W,C]`. */
export function shapeOf({ input }: PlainCard): [number, number, 1 | 3] {
  return [...input.size, input.channels === 'gray' ? 1 : 3];
}

/**
 * Wraps the graph of a classifier.
 *
 * @returns a new model with input `image`, uint8 `[N,H,W,C]`, and output `probabilities`, float32 `[N,labels]`. N is
 * any number, or the one that the model was made for.
 * @throws UserError when the model is not what its card says; it names the field.
 */
export function wrapGraph(model: ModelProto, card: PlainCard): ModelProto {
  checkOpset(model);
  const stored = new Set(model.graph.initializer.map(({ name }) => name));
  const input = only(
    'input',
    model.graph.input.filter(({ name }) => !stored.has(name)),
  );
  const output = only('output', model.graph.output);
  const batch = checkInput(input, card);
  checkOutput(output, card);

  const graph = renamed(
    model.graph,
    new Map([
      [IMAGE, `${OURS}inner-image`],
      [PROBABILITIES, `${OURS}inner-probabilities`],
    ]),
  );
  const inner = (name: string) => (name === IMAGE || name === PROBABILITIES ? `${OURS}inner-${name}` : name);
  const before = preparation(card, inner(input.name));
  const after = ending(card, inner(output.name));
  return {
    ...model,
    graph: {
      ...graph,
      node: [...before.node, ...graph.node, ...after],
      initializer: [...before.initializer, ...graph.initializer],
      input: [
        value(IMAGE, dataType.UINT8, [batch, ...shapeOf(card)]),
        ...graph.input.filter(({ name }) => name !== inner(input.name)),
      ],
      output: [value(PROBABILITIES, dataType.FLOAT, [batch, card.labels.length])],
    },
  };
}

function checkOpset({ opset_import, graph }: ModelProto): void {
  const opset = opset_import.find(({ domain }) => domain === undefined || domain === '')?.version ?? 0;
  if (opset < LEAST_OPSET)
    throw new UserError(`the model has opset ${opset}, expected at least ${LEAST_OPSET}`);
  const outside = graph.initializer.find(isExternal);
  if (outside !== undefined) {
    throw new UserError(
      `the model keeps "${outside.name}" in another file, expected all in model.onnx: onnx.save(onnx.load(path), path) puts it there`,
    );
  }
}

function only(what: string, values: readonly ValueInfoProto[]): ValueInfoProto {
  const [first, second] = values;
  if (first === undefined || second !== undefined) {
    throw new UserError(
      `the model has ${values.length} ${what}s (${values.map(({ name }) => name).join(', ')}), expected one`,
    );
  }
  return first;
}

/** @returns the number of pictures that the model takes; undefined for any. */
function checkInput({ name, type }: ValueInfoProto, { input }: PlainCard): number | undefined {
  const { elem_type = 0, shape } = type?.tensor_type ?? {};
  const wanted = input.type === 'uint8' ? dataType.UINT8 : dataType.FLOAT;
  if (elem_type !== wanted) {
    throw new UserError(
      `card.json input.type: received "${input.type}", but the model's input "${name}" is ${typeName(elem_type)}`,
    );
  }
  if (shape === undefined) return undefined;
  const [height, width] = input.size;
  const channels = input.channels === 'gray' ? 1 : 3;
  const sides = input.layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
  const [batch, ...rest] = shape.dim.map(({ dim_value }) => dim_value);
  const fits =
    rest.length === 3 && rest.every((side, i) => side === undefined || side === 0 || side === sides[i]);
  if (!fits) {
    throw new UserError(
      `card.json input: received ${input.layout} of [N,${sides}], but the model's input "${name}" is [${shape.dim.map(({ dim_value, dim_param }) => dim_value ?? dim_param ?? '?')}]`,
    );
  }
  return batch === undefined || batch <= 0 ? undefined : batch;
}

function checkOutput({ name, type }: ValueInfoProto, { labels }: PlainCard): void {
  const { elem_type = 0, shape } = type?.tensor_type ?? {};
  if (elem_type !== dataType.FLOAT) {
    throw new UserError(`the model's output "${name}" is ${typeName(elem_type)}, expected float`);
  }
  const known = shape?.dim.slice(1).map(({ dim_value }) => dim_value);
  if (known === undefined || known.some((side) => side === undefined || side <= 0)) return;
  const classes = known.reduce<number>((product, side) => product * (side ?? 1), 1);
  if (classes !== labels.length) {
    throw new UserError(
      `card.json labels: received ${labels.length}, but the model's output "${name}" has ${classes} classes`,
    );
  }
}

/** From `[N,H,W,C]` uint8 to what the model takes. */
function preparation({ input }: PlainCard, target: string): Pick<GraphProto, 'node' | 'initializer'> {
  const initializer: GraphProto['initializer'] = [];
  const steps: { op: string; with?: string; attribute?: NodeProto['attribute'] }[] = [];
  const constant = (name: string, numbers: readonly number[]) => {
    initializer.push(floatTensor(OURS + name, numbers));
    return OURS + name;
  };
  if (input.channels === 'BGR') {
    initializer.push(int64Tensor(`${OURS}bgr`, [2, 1, 0]));
    steps.push({ op: 'Gather', with: `${OURS}bgr`, attribute: [{ name: 'axis', type: 2, i: 3 }] });
  }
  if (input.type === 'float32') {
    const [mean, std] = [[input.mean].flat(), [input.std].flat()];
    steps.push({ op: 'Cast', attribute: [{ name: 'to', type: 2, i: dataType.FLOAT }] });
    if (input.scale !== 1) steps.push({ op: 'Div', with: constant('scale', [input.scale]) });
    if (mean.some((number) => number !== 0)) steps.push({ op: 'Sub', with: constant('mean', mean) });
    if (std.some((number) => number !== 1)) steps.push({ op: 'Div', with: constant('std', std) });
  }
  if (input.layout === 'NCHW')
    steps.push({ op: 'Transpose', attribute: [{ name: 'perm', type: 7, ints: [0, 3, 1, 2] }] });
  if (steps.length === 0) steps.push({ op: 'Identity' });
  const node = steps.map(
    (step, i): NodeProto => ({
      op_type: step.op,
      input: [i === 0 ? IMAGE : `${OURS}step${i}`, ...(step.with === undefined ? [] : [step.with])],
      output: [i === steps.length - 1 ? target : `${OURS}step${i + 1}`],
      attribute: step.attribute ?? [],
    }),
  );
  return { node, initializer };
}

/** From the model's output to `[N,labels]` probabilities. */
function ending({ output }: PlainCard, source: string): NodeProto[] {
  const axis = [{ name: 'axis', type: 2, i: 1 }];
  const rows = output === 'logits' ? `${OURS}rows` : PROBABILITIES;
  const flat: NodeProto = { op_type: 'Flatten', input: [source], output: [rows], attribute: axis };
  if (output === 'probabilities') return [flat];
  return [flat, { op_type: 'Softmax', input: [rows], output: [PROBABILITIES], attribute: axis }];
}

/** Gives values other names, also where inner graphs use them. */
function renamed(graph: GraphProto, names: ReadonlyMap<string, string>): GraphProto {
  const name = (old: string) => names.get(old) ?? old;
  const info = (value: ValueInfoProto) => ({ ...value, name: name(value.name) });
  return {
    ...graph,
    node: graph.node.map((node) => ({
      ...node,
      input: node.input.map(name),
      output: node.output.map(name),
      attribute: node.attribute.map((attribute) => ({
        ...attribute,
        ...(attribute.g && { g: renamed(attribute.g, names) }),
        ...(attribute.graphs && { graphs: attribute.graphs.map((inner) => renamed(inner, names)) }),
      })),
    })),
    initializer: graph.initializer.map((tensor) => ({ ...tensor, name: name(tensor.name ?? '') })),
    input: graph.input.map(info),
    output: graph.output.map(info),
    ...(graph.value_info && { value_info: graph.value_info.map(info) }),
  };
}

function value(name: string, elem_type: number, dims: readonly (number | undefined)[]): ValueInfoProto {
  const dim = dims.map((dim_value) => (dim_value === undefined ? { dim_param: 'N' } : { dim_value }));
  return { name, type: { tensor_type: { elem_type, shape: { dim } } } };
}
