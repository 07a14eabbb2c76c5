// What the result of a TensorFlow op is in the ONNX graph: a name, or a constant that gets one when it is used.
import { isDynamic } from './dimensions.ts';
import type { Layout } from './layout.ts';

/** Known contents of a value. */
export interface KnownValue {
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
  /** Name of the variable it came from; such a constant keeps its name in the file. */
  readonly label?: string;
  /** Whether some of its numbers are sizes that are known only when the model runs; see dimensions.ts. */
  readonly dynamic?: true;
}

/** A value of the traced graph on its way into ONNX. */
export interface Value {
  /** Its name in the ONNX graph; empty for a constant, which is stored by whoever uses it. */
  readonly name: string;
  /** ONNX's element type. */
  readonly type: number;
  /** In TensorFlow's order of axes, channels last; sizes known at run time as in dimensions.ts. */
  readonly shape: readonly number[];
  /** The order in which the ONNX value called `name` has these axes. */
  readonly layout: Layout;
  readonly constant?: KnownValue;
  /** The layer it came out of, for messages. */
  readonly layer?: string;
  /** The value of which this is but another shape. */
  readonly source?: Value;
}

/** Number of elements of a shape; sizes that are not known yet count as one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * (isDynamic(n) ? 1 : n), 1);
}

/** `conv1` for the variable `conv1/kernel`; undefined for a variable without a layer. */
export function layerOf(label: string): string | undefined {
  const slash = label.lastIndexOf('/');
  return slash > 0 ? label.slice(0, slash) : undefined;
}
