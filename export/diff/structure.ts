// What differs between the graphs of two models: versions, inputs, outputs, nodes, also those of branches and functions.
import { createHash } from 'node:crypto';
import { cardKey } from '../../models/card.ts';
import { nodesOf } from '../../models/onnx/reads.ts';
import {
  type AttributeProto,
  attributeType,
  type FunctionProto,
  type GraphProto,
  type Message,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  typeName,
  type ValueInfoProto,
} from '../../models/onnx/schema.ts';
import { compareMaps, type FileChange } from './changes.ts';

export function structureChanges(before: ModelProto, after: ModelProto): FileChange[] {
  return [
    ...compareMaps(factsOf(before), factsOf(after)),
    ...compareMaps(nodesInWords(before), nodesInWords(after)),
  ];
}

function factsOf(model: ModelProto): Map<string, string> {
  const { opset_import, ir_version, producer_name = '', producer_version = '', graph } = model;
  const unknown = unknownInWords(model, graph);
  return new Map([
    ['opset', opsetsInWords(opset_import)],
    ['IR version', String(ir_version)],
    ['producer', `${producer_name} ${producer_version}`.trim()],
    ['inputs', graph.input.map(portInWords).join(', ')],
    ['outputs', graph.output.map(portInWords).join(', ')],
    ['operators', operatorsInWords(model)],
    ...(unknown === undefined ? [] : [['fields that are not known here', unknown] as const]),
  ]);
}

/** What the files say of themselves beside the card: names, versions, notes. */
export function metadataChanges(before: ModelProto, after: ModelProto): FileChange[] {
  return compareMaps(metadataOf(before), metadataOf(after));
}

function metadataOf({ domain, model_version, doc_string, graph, metadata_props }: ModelProto) {
  const facts = {
    domain,
    'model version': model_version === undefined ? '' : String(model_version),
    description: doc_string,
    'graph name': graph.name,
  };
  const entries = metadata_props
    .filter(({ key }) => key !== cardKey)
    .map(({ key, value }) => [key, value] as const);
  return new Map(
    [...Object.entries(facts), ...entries].flatMap(([what, text]) => (text ? [[what, text] as const] : [])),
  );
}

function opsetsInWords(sets: ModelProto['opset_import']): string {
  const named = sets.map(({ domain, version }) => ({ domain: domain === 'ai.onnx' ? '' : domain, version }));
  return named.map(({ domain, version }) => `${domain ? `${domain} ` : ''}${version}`).join(', ');
}

/** How often each is used: `Conv 5, Relu 5`. */
function operatorsInWords(model: ModelProto): string {
  const counts = new Map<string, number>();
  for (const node of nodesOf(model)) counts.set(operatorOf(node), (counts.get(operatorOf(node)) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

function operatorOf({ domain, op_type }: NodeProto): string {
  return domain && domain !== 'ai.onnx' ? `${domain}.${op_type}` : op_type;
}

function portInWords({ name, type }: ValueInfoProto): string {
  const { elem_type, shape } = type?.tensor_type ?? {};
  const dims = shape?.dim.map(({ dim_value, dim_param }) => dim_param ?? dim_value ?? '?');
  return `${name} ${elem_type === undefined ? 'no tensor' : typeName(elem_type)}${dims ? `[${dims}]` : ''}`;
}

function unknownInWords(...messages: readonly Message[]): string | undefined {
  const fields = messages.flatMap(({ $unknowns = [] }) => $unknowns);
  if (fields.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const field of fields) hash.update(field);
  return `${fields.length} of them, SHA-256 ${hash.digest('hex').slice(0, 8)}`;
}

/** Every node by a name of its own: those of a branch behind the name of the node that it is in. */
function nodesInWords({ graph, functions = [] }: ModelProto): Map<string, string> {
  const found = new Map<string, string>();
  const add = (label: string, words: string) => {
    let free = label;
    for (let n = 2; found.has(free); n++) free = `${label}#${n}`;
    found.set(free, words);
  };
  const addNodes = (nodes: readonly NodeProto[], within: string) => {
    for (const node of nodes) {
      const label = within + (node.name || node.output[0]);
      add(`node ${label}`, nodeInWords(node));
      for (const { name, g, graphs = [] } of node.attribute) {
        if (g) addNodes(g.node, `${label}/${name}/`);
        graphs.forEach((each, i) => {
          addNodes(each.node, `${label}/${name}[${i}]/`);
        });
      }
    }
  };
  addNodes(graph.node, '');
  for (const each of functions) {
    const name = `function ${each.domain ? `${each.domain}.` : ''}${each.name}`;
    add(name, functionInWords(each));
    addNodes(each.node, `${name}/`);
  }
  return found;
}

function functionInWords({
  input,
  output,
  attribute,
  attribute_proto = [],
  opset_import,
}: FunctionProto): string {
  const settings = [...attribute, ...attribute_proto.map(attributeInWords)];
  return `(${[...input, ...settings].join(', ')}) -> ${output.join(', ')}, opset ${opsetsInWords(opset_import)}`;
}

/** Everything that a node says but its name. */
function nodeInWords(node: NodeProto): string {
  const settings = [...node.attribute].sort((a, b) => (a.name < b.name ? -1 : 1)).map(attributeInWords);
  const unknown = unknownInWords(node);
  const more = unknown === undefined ? '' : `, other fields: ${unknown}`;
  return `${operatorOf(node)}(${[...node.input, ...settings].join(', ')}) -> ${node.output.join(', ')}${more}`;
}

function attributeInWords(attribute: AttributeProto): string {
  const { name, ref_attr_name } = attribute;
  return `${name}=${ref_attr_name ? `@${ref_attr_name}` : valueInWords(attribute)}`;
}

/** A number or text as it is; of an array its shape, since its numbers are compared with the weights. */
function valueInWords(attribute: AttributeProto): string {
  const { type, f, i, s, t, g, floats = [], ints = [], strings = [], tensors = [], graphs = [] } = attribute;
  const list = (values: readonly (string | number | bigint)[]) => `[${values.join()}]`;
  switch (type) {
    case attributeType.FLOAT:
      return String(f);
    case attributeType.INT:
      return String(i);
    case attributeType.STRING:
      return textOf(s);
    case attributeType.TENSOR:
      return t ? tensorInWords(t) : 'no tensor';
    case attributeType.GRAPH:
      return g ? graphInWords(g) : 'no graph';
    case attributeType.FLOATS:
      return list(floats);
    case attributeType.INTS:
      return list(ints);
    case attributeType.STRINGS:
      return list(strings.map((each) => JSON.stringify(textOf(each))));
    case attributeType.TENSORS:
      return list(tensors.map(tensorInWords));
    case attributeType.GRAPHS:
      return list(graphs.map(graphInWords));
    default: {
      // Sparse arrays, whose parts are compared with the weights, and types.
      const { tp, type_protos, sparse_tensor, sparse_tensors } = attribute;
      const rest = {
        tp,
        type_protos,
        dims: [sparse_tensor, ...(sparse_tensors ?? [])].map((each) => each?.dims),
      };
      return JSON.stringify(rest, (_, value) => (value instanceof Uint8Array ? [...value] : value));
    }
  }
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

function tensorInWords({ data_type, dims }: TensorProto): string {
  return `${typeName(data_type)}[${dims}]`;
}

function graphInWords({ input, output }: GraphProto): string {
  return `{${input.map(portInWords).join(', ')} -> ${output.map(portInWords).join(', ')}}`;
}
