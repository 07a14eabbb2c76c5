// The arrays of a model as the bytes whose digest its card has.
import { tensorBytes } from './tensor-elements.ts';
import { dataType, type TensorProto } from './types.ts';

/** Places, types, shapes and elements of arrays one after another, in the order of their places; texts are UTF-8. */
export function* weightParts(tensors: ReadonlyMap<string, TensorProto>): Generator<string | Uint8Array> {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [place, tensor] of sorted) {
    yield `${JSON.stringify([place, tensor.data_type, tensor.dims])}\n`;
    yield* elementsOf(tensor);
  }
}

/** The bytes of the elements; texts with their lengths before them. */
export function elementsOf(tensor: TensorProto): Uint8Array[] {
  if (tensor.data_type !== dataType.STRING) return [tensorBytes(tensor)];
  return (tensor.string_data ?? []).flatMap((text) => [
    new Uint8Array(Uint32Array.of(text.length).buffer),
    text,
  ]);
}
