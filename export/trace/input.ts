// The inputs of a tfjs model, and which of their sizes may vary.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { fromUint8 } from '../../train/layers/forward.ts';
import { ANY_NUMBER, type InputSpec, type InputType } from './index.ts';

/** @param shape - As tfjs has it: null or -1 for a size that varies. */
export function inputSpec(
  name: string,
  dtype: string | undefined,
  shape: readonly (number | null)[] | undefined,
): InputSpec {
  if (shape === undefined)
    throw new UserError(
      `Input ${name} has no shape in model.json: convert the model again with a signature.`,
    );
  return {
    name,
    type: inputType(name, dtype),
    shape: shape.map((size, axis) => (size === null || size < 0 ? sizeName(name, axis, shape.length) : size)),
  };
}

/** The first is the batch; of pictures `[N,H,W,C]` the others have names that everyone knows. */
function sizeName(input: string, axis: number, rank: number): string {
  if (axis === 0) return ANY_NUMBER;
  if (rank === 4 && axis === 1) return 'height';
  if (rank === 4 && axis === 2) return 'width';
  return `${input}_${axis}`;
}

function inputType(name: string, dtype = 'float32'): InputType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'uint8' || dtype === 'bool') return dtype;
  throw new UserError(
    `Input ${name} is ${dtype}; float32, int32, uint8 and bool are exported. Convert it before the model.`,
  );
}

/** Bytes of pictures, 0 to 255, as an input of `type` takes them; tfjs itself knows no uint8. */
export function bytesAs(type: InputType, images: Tensor): Tensor {
  if (type === 'uint8') return images;
  const pixels = fromUint8(images);
  return type === 'float32' ? pixels : tf.cast(pixels, 'int32');
}

/** The largest input that is traced, in numbers: a picture of 4,700 by 4,700. */
const LARGEST_INPUT = 2 ** 26;

/**
 * Inputs with height and width fixed.
 * @throws UserError for an input that is too large to be computed.
 */
export function withSize(
  inputs: readonly InputSpec[],
  size?: { readonly height: number; readonly width: number },
): InputSpec[] {
  return inputs.map((input) => {
    const shape = input.shape.map((each) =>
      size && (each === 'height' || each === 'width') ? size[each] : each,
    );
    const numbers = shape.reduce<number>((product, n) => product * (typeof n === 'number' ? n : 1), 1);
    if (numbers > LARGEST_INPUT)
      throw new UserError(
        `Input ${input.name} is [${shape}], ${numbers.toExponential(1)} numbers; up to ${LARGEST_INPUT.toExponential(1)} are exported. model.json may be damaged.`,
      );
    return { ...input, shape };
  });
}
