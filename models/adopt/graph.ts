// Puts a model from elsewhere into our own form: pixels in, probabilities out, with the arithmetic between them in the
// graph, so that the server, the page and any onnxruntime treat it like one of ours.
import { UserError } from '../errors.ts';
import { opsetOf } from '../onnx/facts.ts';
import { dataType, type GraphProto, type ModelProto, type ValueInfoProto } from '../onnx/schema.ts';
import type { PlainCard } from './card.ts';
import { checkInput, preparation, shapeOf } from './input.ts';
import { chooseOutput, ending } from './output.ts';

/** Names that our form gives to input and output. */
const IMAGE = 'image';
const PROBABILITIES = 'probabilities';

/** Broadcasting as the added nodes need it came with opset 7. */
const LEAST_OPSET = 7;

/** From this version of the format on, a constant need not be an input too; the added ones are not. */
const LEAST_IR = 4;

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
  const taken = checkInput(onlyInput(model.graph.input.filter(({ name }) => !stored.has(name))), card);
  const given = chooseOutput(model.graph.output, card);

  const prefix = unusedPrefix(model.graph);
  const others = new Map([
    [IMAGE, `${prefix}inner-image`],
    [PROBABILITIES, `${prefix}inner-probabilities`],
  ]);
  const inner = ({ name }: { readonly name: string }) => others.get(name) ?? name;
  const graph = renamed(model.graph, others);
  const before = preparation(card, { ...taken, name: inner(taken) }, IMAGE, prefix);
  const after = ending(card, { ...given, name: inner(given) }, PROBABILITIES, prefix);
  const { batch } = taken;
  return {
    ...model,
    ir_version: Math.max(Number(model.ir_version), LEAST_IR),
    graph: {
      ...graph,
      node: [...before.node, ...graph.node, ...after.node],
      initializer: [...before.initializer, ...after.initializer, ...graph.initializer],
      input: [
        value(IMAGE, dataType.UINT8, [batch, ...shapeOf(card)]),
        ...graph.input.filter(({ name }) => name !== inner(taken)),
      ],
      output: [value(PROBABILITIES, dataType.FLOAT, [batch, card.labels.length])],
    },
  };
}

function checkOpset(model: ModelProto): void {
  const opset = opsetOf(model) ?? 0;
  if (opset < LEAST_OPSET)
    throw new UserError(`the model has opset ${opset}, expected at least ${LEAST_OPSET}`);
}

function onlyInput(inputs: readonly ValueInfoProto[]): ValueInfoProto {
  const [first, second] = inputs;
  if (first !== undefined && second === undefined) return first;
  throw new UserError(
    `the model has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')}), expected one`,
  );
}

/** The beginning of all names that are added: one that the model does not use, as one that was adopted before may. */
function unusedPrefix({ node, initializer }: GraphProto): string {
  const names = [...node.flatMap(({ output }) => output), ...initializer.map(({ name = '' }) => name)];
  let prefix = 'trainyard/';
  for (let n = 2; names.some((name) => name.startsWith(prefix)); n++) prefix = `trainyard-${n}/`;
  return prefix;
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
