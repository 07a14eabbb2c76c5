// Messages of onnx.proto, for tests: what a test does not say is empty.
import {
  dataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../../../models/onnx/schema.ts';

/** A graph of these parts, and nothing else. */
export const graph = (parts: Partial<GraphProto> = {}): GraphProto => ({
  ...{ node: [], input: [], output: [], initializer: [] },
  ...parts,
});
/** A model of such a graph. */
export const model = (parts: Partial<GraphProto> = {}, more: Partial<ModelProto> = {}): ModelProto => ({
  ...{ ir_version: 8, opset_import: [{ version: 17 }], metadata_props: [] },
  graph: graph(parts),
  ...more,
});
/** An array of one byte. */
export const one = (name: string): TensorProto => ({
  ...{ name, dims: [], data_type: dataType.UINT8, raw_data: Uint8Array.of(1) },
});
/** A node with one attribute. */
export const nodeWith = (op_type: string, given: object, rest: Partial<NodeProto> = {}): NodeProto => ({
  ...{ op_type, input: [], output: ['y'], ...rest },
  attribute: [{ name: 'value', type: 0, ...given }],
});
