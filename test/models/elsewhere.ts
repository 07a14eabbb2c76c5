// A classifier as others make them, for tests of models from elsewhere.
import { dataType, encodeModel } from '../../models/onnx/schema.ts';

export interface Elsewhere {
  readonly dims: readonly (number | string)[];
  readonly type?: number;
  /** Numbers of a picture; without it, they are those of `dims`. */
  readonly values?: number;
  /** Names of input, output and the value between. */
  readonly names?: readonly [string, string, string];
}

const CLASSES = 3;

/** A classifier as others make them: flatten, one matrix, logits. */
export function elsewhere({
  dims,
  type = dataType.FLOAT,
  values = dims.slice(1).reduce<number>((product, side) => product * Number(side), 1),
  names = ['input', 'logits', 'flat'],
}: Elsewhere): Uint8Array {
  const [input, output, flat] = names;
  const weights = Float32Array.from(
    { length: values * CLASSES },
    (_, i) => Math.sin(i * 1.7) / Math.sqrt(values),
  );
  const value = (name: string, elem_type: number, sides: readonly (number | string)[]) => ({
    name,
    type: {
      tensor_type: {
        elem_type,
        shape: {
          dim: sides.map((side) => (typeof side === 'number' ? { dim_value: side } : { dim_param: side })),
        },
      },
    },
  });
  const node = (op_type: string, from: string[], to: string) => ({
    op_type,
    input: from,
    output: [to],
    attribute: [],
  });
  const cast = {
    ...node('Cast', [input], 'floats'),
    attribute: [{ name: 'to', type: 2, i: dataType.FLOAT }],
  };
  const isFloat = type === dataType.FLOAT;
  return encodeModel({
    ir_version: 8,
    opset_import: [{ version: 13 }],
    metadata_props: [{ key: 'author', value: 'somebody' }],
    graph: {
      name: 'elsewhere',
      input: [value(input, type, dims)],
      output: [value(output, dataType.FLOAT, [dims[0] ?? 'N', CLASSES])],
      initializer: [
        {
          name: 'weights',
          dims: [values, CLASSES],
          data_type: dataType.FLOAT,
          raw_data: new Uint8Array(weights.buffer),
        },
      ],
      node: [
        ...(isFloat ? [] : [cast]),
        node('Flatten', [isFloat ? input : 'floats'], flat),
        node('MatMul', [flat, 'weights'], output),
      ],
    },
  });
}
