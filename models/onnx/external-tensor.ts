// One tensor whose elements are in another file, in Node and in browsers.
import { UserError } from '../errors.ts';
import { tensorSize } from './tensor-elements.ts';
import { type TensorProto, typeName } from './types.ts';

/** A file with elements of tensors. */
export interface OutsideFile {
  /** Bytes. */
  readonly size: number;
  /** Its bytes from a place on. */
  read(offset: number, length: number): Uint8Array;
}

/**
 * A tensor with its elements, which are in another file, in `raw_data`.
 * Reference: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 *
 * @param open - gives the file at a location, for the tensor of a name.
 * @throws UserError when the file is too short, or the tensor's shape asks for another number of bytes; before anything of
 * that size is allocated.
 */
export function readOutside(
  tensor: TensorProto,
  open: (tensor: string, location: string) => OutsideFile,
): TensorProto {
  const { name = '', dims, data_type, external_data = [], data_location: _, ...rest } = tensor;
  const entry = (key: string) => external_data.find((each) => each.key === key)?.value;
  const location = entry('location') ?? '';
  const file = open(name, location);
  const offset = Number(entry('offset') ?? 0);
  const expected = tensorSize(tensor);
  // Without a length, it is what the shape asks for, as in onnxruntime.
  const length = Number(entry('length') ?? expected ?? Number.NaN);
  if (length !== expected)
    throw new UserError(
      expected === undefined
        ? `weight ${name} in ${location} is of ${typeName(data_type)}, which cannot be in another file.`
        : `weight ${name} [${dims}] has ${length} bytes in ${location}, expected ${expected}.`,
    );
  if (!(Number.isSafeInteger(offset) && offset >= 0 && offset + length <= file.size))
    throw new UserError(
      `weight ${name} is in ${location} from byte ${offset} to ${offset + length}; that file has ${file.size}: it is cut off, or of another model.`,
    );
  return { ...rest, name, dims, data_type, raw_data: file.read(offset, length) };
}
